//! Times of a call as its people feel them: the real server as a program of its own, native clients, loopback.
//!
//! Between the measured runs the same nurse's socket is asked for a `pong`: what the transport, the two programs and
//! the scheduler take for the shortest round trip, without any work.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;
use yoban_domain::session::State;
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_tests::person;
use yoban_tests::{Night, Person, Server};

use crate::rows::{Row, Taken};
use crate::spread::Spread;
use crate::{progress, runs};

/// Calls of one night before a fresh server: the desk's list of tonight's calls must not grow beyond a real night's.
const CALLS: usize = 20;
/// Runs at the beginning of each night that do not count: connections, caches, the allocator.
const WARM: usize = 2;
const PING: &str = "ping → pong on the nurse's socket";

/// From one picture of a clip to the next.
const BETWEEN_FRAMES: Duration = Duration::from_micros(66_667);
/// In so many places between two of the tablet's pictures does the nurse accept, one after the other.
const PHASES: u32 = 10;

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

async fn night(options: &[&str]) -> Night {
    Night::with(Server::start_quiet(options)).await
}

/// Runs something `count` times over several nights; the warm runs are thrown away.
async fn nights<T>(
    count: usize,
    options: &[&str],
    mut run: impl AsyncFnMut(&Night, &mut Person, &mut Person) -> T,
) -> Vec<T> {
    let mut kept = Vec::new();
    while kept.len() < count {
        let night = night(options).await;
        let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
        for n in 0..WARM + CALLS.min(count - kept.len()) {
            let measured = run(&night, &mut patient, &mut nurse).await;
            if n >= WARM {
                kept.push(measured);
                progress(kept.len(), count);
            }
        }
    }
    kept
}

/// The patient's request to the first sight of the ringing call at the nurse's client.
pub async fn ring(taken: &Taken) -> Vec<Row> {
    let all = nights(runs(100), &[], async |_, patient, nurse| {
        let ping = nurse.ping().await;
        let tapped = Instant::now();
        let session = patient.tap().await.session;
        let rung = nurse.rung(session).await;
        patient.say(Say::Cancel { session }).await;
        nurse
            .until_call(session, "taken back", |c| matches!(c.state, State::Ended { .. }).then_some(()))
            .await;
        (ms(rung - tapped), ms(ping))
    })
    .await;
    let (times, pings): (Vec<f64>, Vec<f64>) = all.into_iter().unzip();
    taken.times("", "tap → ring at the desk", &Spread::of(times), Some((PING, &Spread::of(pings))))
}

/// A reading leaves the tablet's client; the vital signs that hold it come to the nurse's. The call's media run.
pub async fn reading(taken: &Taken) -> Vec<Row> {
    let count = runs(100);
    let night = night(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let session = night.answered(&mut patient, &mut nurse).await.requested.session;
    let (mut times, mut pings) = (Vec::new(), Vec::new());
    for n in 0..WARM + count {
        let ping = nurse.ping().await;
        let new = reading_of(n);
        let id = new.id;
        let sent = Instant::now();
        patient.say(Say::Readings { session: Some(session), readings: vec![new] }).await;
        let shown = nurse
            .until("the reading", |seen| {
                let (view, at) = seen.vitals.get(&session)?;
                view.latest.iter().any(|l| l.reading.id == id).then_some(*at)
            })
            .await;
        if n >= WARM {
            times.push(ms(shown.saturating_duration_since(sent)));
            pings.push(ms(ping));
            progress(times.len(), count);
        }
    }
    let what = "reading sent → vital signs at the desk";
    taken.times("", what, &Spread::of(times), Some((PING, &Spread::of(pings))))
}

/// Plausible and never twice the same in a row.
fn reading_of(n: usize) -> yoban_domain::vitals::NewReading {
    let value = (90 + n % 8).to_string();
    person::reading(json!({"kind": "spo2", "value": value, "unit": "%"}))
}

/// What one answered call took, in ms.
struct Answered {
    key: f64,
    sound: f64,
}

/// The nurse accepts; then her connection is made (the tablet's stands since it rings), and the patient's first whole
/// key frame and first sound come. The end of the call is hurried on, so that the next one can begin.
pub async fn answer(taken: &Taken) -> Vec<Row> {
    let mut run = 0;
    let all = nights(runs(40), &["--demo-hurry", "5"], async |night, patient, nurse| {
        run += 1;
        let call = night.answered_after(patient, nurse, BETWEEN_FRAMES * (run % PHASES) / PHASES).await;
        let session = call.requested.session;
        let slot = nurse.slot_of(call.patient).await;
        let first = |all: &BTreeMap<usize, Vec<yoban_tests::vp8::Packet>>| Some(all.get(&slot)?.first()?.at);
        let sound = nurse.peer().until("sound", |log| first(&log.sound)).await;
        nurse.say(Say::End { session }).await;
        for person in [&*patient, &*nurse] {
            person
                .until_call(session, "the end", |c| matches!(c.state, State::Ended { .. }).then_some(()))
                .await;
        }
        (patient.media, nurse.media) = (None, None);
        let since = |at: Instant| ms(at.saturating_duration_since(call.accepted));
        Answered { key: since(call.first_key), sound: since(sound) }
    })
    .await;
    let spread = |of: fn(&Answered) -> f64| Spread::of(all.iter().map(of).collect());
    let mut rows =
        taken.times("key", "accept → first whole key frame (native client)", &spread(|a| a.key), None);
    rows.extend(taken.times("sound", "accept → first sound (native client)", &spread(|a| a.sound), None));
    rows
}
