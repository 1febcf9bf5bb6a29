//! Values that grow old while everybody watches.

use serde_json::json;
use yoban_domain::time::{Span, Timestamp};
use yoban_domain::vitals::VitalKind;
use yoban_domain::vitals::feed::Latest;
use yoban_domain::vitals::score::Item;
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_tests::person::reading;
use yoban_tests::{Night, Person, now_ms};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_goes_stale_on_every_screen_and_leaves_the_score_though_nothing_is_measured() {
    let night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let session = night.answered(&mut patient, &mut nurse).await.requested.session;
    // Measured almost as long ago as such a value counts; the server finds out by itself when that is over.
    let counts_for = yoban_domain::vitals::rules::rule(VitalKind::Spo2).stale_after;
    let mut old = reading(json!({"kind": "spo2", "value": "88", "unit": "%"}));
    old.taken_at = Some(Timestamp(now_ms()).minus(counts_for).plus(Span::seconds(12)));
    let lasting = reading(json!({"kind": "pulse", "value": "70", "unit": "/min"}));
    patient.say(Say::Readings { session: Some(session), readings: vec![old.clone(), lasting.clone()] }).await;
    let latest = async |person: &Person, what: &str, wanted: fn(&Latest) -> bool| {
        let said = person.until(what, |seen| {
            let (view, _) = seen.vitals.get(&session)?;
            let latest = view.latest.iter().find(|l| l.reading.id == old.id)?;
            wanted(latest).then(|| view.clone())
        });
        said.await
    };
    let mut fresh = Vec::new();
    for person in [&nurse, &patient] {
        fresh.push(latest(person, "the value counts", |l| l.counts && !l.stale).await);
    }
    for (person, fresh) in [&nurse, &patient].into_iter().zip(fresh) {
        let stale = latest(person, "it went stale", |l| l.stale).await;
        let missing = |view: &yoban_domain::wire::vitals::VitalsView| {
            view.score.as_ref().is_some_and(|score| score.missing().any(|item| item == Item::Spo2))
        };
        let of = |id| stale.latest.iter().find(|l| l.reading.id == id).unwrap();
        assert!(missing(&stale) && !of(old.id).counts, "{stale:?}");
        assert!(of(lasting.id).counts && !of(lasting.id).stale);
        assert_eq!(stale.latest.len(), fresh.latest.len(), "nothing else was measured");
    }
}
