//! After the call: the decision, the signature, and the papers and recordings that are left.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use yoban_domain::id::{LegId, SessionId};
use yoban_domain::session::{Disposition, Outcome};
use yoban_domain::wire::rest::{CaseView, EncounterView};
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_domain::wire::view::{CallView, QueueItem};
use yoban_domain::words;
use yoban_media::recording::{Kind, Manifest};

use super::{Night1, Tell, WRITTEN, stranger};
use crate::sound::likeness_anywhere;
use crate::{Clip, PATIENCE, Person, clip};

/// Decision and signature, and who may not.
pub(super) async fn decide(session: SessionId, people: [&Person; 3], tell: Tell<'_>) {
    let [patient, nurse, doctor] = people;
    tell("転帰を決め、署名します", "The decision is written and the record signed");
    let sign = |seen| Say::Sign { session, seen };
    let looked_at = doctor.call(session).version;
    assert_eq!(doctor.refused(sign(looked_at)).await, "still-running");
    let online =
        Disposition { outcome: Outcome::Advice, advice: WRITTEN[5].to_owned().into(), reason_online: None };
    let dispose =
        |disposition: &Disposition| Say::Dispose { session, disposition: disposition.clone(), seen: None };
    assert_eq!(doctor.refused(dispose(&online)).await, "reason-needed", "the case is orange");
    let visit = Disposition { outcome: Outcome::HouseCall, ..online };
    doctor.say(dispose(&visit)).await;
    patient
        .until_call(session, "what was decided, in plain words", |call| {
            let told = call.disposition.as_ref()?;
            (told.advice.reveal() == WRITTEN[5]).then_some(())
        })
        .await;
    let decided = |call: &CallView| call.disposition.is_some().then_some(call.version);
    let seen = doctor.until_call(session, "the own decision", decided).await;
    assert_eq!(nurse.refused(sign(seen)).await, "not-yours-to-sign");
    assert_eq!(doctor.refused(sign(looked_at)).await, "changed-meanwhile");
    doctor.say(sign(seen)).await;
    doctor.say(sign(seen)).await;
    nurse
        .until("tonight's list shows it signed", |seen| {
            let item = seen.queue.iter().find(|i| i.session == session)?;
            let done = item.signed && item.disposition == Some(Outcome::HouseCall) && item.owner.is_none();
            (done && item.deadline.is_none()).then_some(())
        })
        .await;
    let listed: Vec<QueueItem> = nurse.get("/api/v1/cases").await;
    assert!(listed.iter().any(|i| i.session == session && i.signed));
}

/// What can be read of the call afterwards.
pub struct Papers {
    /// FHIR `$everything`.
    pub fhir: Value,
    /// The page, Japanese.
    pub page: String,
    /// The time line.
    pub case: CaseView,
}

/// A recording as it was fetched, checked.
pub struct Recorded {
    /// What it consists of.
    pub manifest: Manifest,
}

/// What a screen shows of a record is what is printed: two routes, one record.
fn as_printed(shown: &EncounterView, page: &str) {
    let says = |what: &str| assert!(page.contains(what), "shown and not printed: {what}");
    let found = &shown.findings;
    let (urgency, identity) = (found.urgency.expect("a colour"), found.identity.expect("an identity"));
    says(words::urgency(urgency).ja);
    let by = found.identity_by.as_ref().expect("who recognised the patient");
    says(&format!("{}（<bdi>{}</bdi>）", words::identity(identity).ja, by.name.kanji.reveal()));
    let flags = found.red_flags.as_ref().expect("a screen for red flags");
    if flags.is_empty() {
        says("該当なし");
    }
    flags.iter().for_each(|flag| says(words::red_flag(*flag).ja));
    let sbar = found.sbar.as_ref().expect("a write-up");
    for text in [&sbar.situation, &sbar.background, &sbar.assessment, &sbar.recommendation] {
        says(text.reveal());
    }
    let score = shown.vitals.score.as_ref().expect("a score");
    let total =
        if score.min == score.max { score.min.to_string() } else { format!("{}–{}", score.min, score.max) };
    says(&format!("NEWS2 {total}<"));
    for latest in shown.vitals.latest.iter().filter(|l| !l.values.is_empty()) {
        let numbers: Vec<String> = latest.values.iter().take(2).map(|v| v.value.text()).collect();
        says(&numbers.join("/"));
    }
    assert!(shown.vitals.trends.iter().any(|t| t.points.len() >= 5), "the curve of the call");
    let rows = |from: &str| {
        let table = page.split_once(from).unwrap_or_else(|| panic!("no {from}")).1;
        table.split("</table>").next().unwrap_or_default().matches("<tr>").count() - 1
    };
    assert_eq!(rows("診療形態の記録</h2>"), found.ledger.len());
    assert_eq!(rows("参加者と患者の同意</h2>"), shown.attended.len());
    assert!(shown.attended.iter().any(|a| !a.answers.is_empty()) && !shown.recorded.is_empty());
    assert!(shown.decided_at.is_some() && shown.ended_at > shown.answered_at);
}

impl Night1 {
    /// Fetches and checks encounter, page, FHIR bundle and time line.
    pub async fn papers(&self) -> Papers {
        let (session, case) = (self.call.requested.session, self.call.requested.case);
        let doctor = &self.doctor;
        let encounter: EncounterView = doctor.get(&format!("/api/v1/encounters/{session}")).await;
        assert_eq!((encounter.version, encounter.may_sign), (Some(1), false));
        assert_eq!(encounter.digest.as_ref().map(String::len), Some(64));
        assert_eq!(encounter.signed_by.as_ref().unwrap().person, doctor.person());
        assert_eq!(encounter.findings.note.as_ref().unwrap().reveal(), WRITTEN[4]);

        let page = doctor.bytes(&format!("/api/v1/encounters/{session}/page")).await;
        let page = String::from_utf8(page).unwrap();
        for text in WRITTEN.iter().chain(&["<svg", "152/88", "158/90", "36.8"]) {
            assert!(page.contains(text), "the page lacks {text}");
        }
        as_printed(&encounter, &page);
        assert!(!page.contains("36.80"), "more than the thermometer can know");
        // What was worn through the call is a curve: six values of saturation, pulse and temperature are three paths of
        // five lines each.
        let curve = |path: &str| path.matches('L').count() == 5;
        let paths = || page.split(" d=\"").skip(1).filter_map(|rest| rest.split('"').next());
        assert!(paths().filter(|path| curve(path)).count() >= 3, "{:?}", paths().collect::<Vec<_>>());
        let english = doctor.bytes(&format!("/api/v1/encounters/{session}/page?lang=en")).await;
        assert!(String::from_utf8(english).unwrap().contains("A doctor makes a house call"));

        let fhir: Value = doctor.get(&format!("/fhir/R4/Encounter/{session}/$everything")).await;
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in fhir["entry"].as_array().unwrap() {
            *kinds.entry(entry["resource"]["resourceType"].as_str().unwrap()).or_default() += 1;
        }
        for kind in [
            "Encounter",
            "Patient",
            "Practitioner",
            "PractitionerRole",
            "Organization",
            "Observation",
            "Consent",
            "Provenance",
        ] {
            assert!(kinds.contains_key(kind), "the bundle lacks {kind}: {kinds:?}");
        }
        assert!(kinds["Observation"] >= 15, "{kinds:?}");

        let view: CaseView = self.nurse.get(&format!("/api/v1/cases/{case}")).await;
        assert!(view.owner.is_none() && view.sessions == [session]);
        let numbers: Vec<i64> = view.timeline.iter().map(|e| e.seq).collect();
        assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>(), "no hole in the log");
        self.order(&view);
        Papers { fhir, page, case: view }
    }

    /// The facts are there and in this order.
    fn order(&self, view: &CaseView) {
        let facts: Vec<&str> = view.timeline.iter().map(|e| e.fact.as_str()).collect();
        let mut at = 0;
        for wanted in [
            "caseOpened",
            "sessionRequested",
            "ringStarted",
            "accepted",
            "gateOpened",
            "identityChecked",
            "sbarWritten",
            "readingStored",
            "recordingAsked",
            "recordingStarted",
            "ringStarted",
            "accepted",
            "joinConsentAsked",
            "joinConsentGiven",
            "gateOpened",
            "recordingPaused",
            "recordingStarted",
            "kindRefused",
            "recordingAnswered",
            "recordingStopped",
            "noteWritten",
            "endAsked",
            "endUndone",
            "endAsked",
            "ended",
            "disposed",
            "caseClosed",
            "signed",
        ] {
            let found = facts[at..].iter().position(|fact| *fact == wanted);
            at += found.unwrap_or_else(|| panic!("no {wanted} after {:?} in {facts:?}", &facts[..at])) + 1;
        }
    }

    /// Waits until the files are closed, fetches them into `folder` as the doctor who may hear them, plays every one of
    /// them, and listens who is in it.
    pub async fn recorded(&self, folder: &Path) -> Recorded {
        let session = self.call.requested.session;
        let manifest = finished(&self.doctor, session).await;
        std::fs::create_dir_all(folder).unwrap();
        let files = manifest.tracks.iter().map(|t| (&t.file, t.bytes));
        for (name, bytes) in files.chain(manifest.mix.iter().map(|m| (&m.file, m.bytes))) {
            let path = format!("/api/v1/encounters/{session}/recordings/{name}");
            let file = self.doctor.bytes(&path).await;
            assert_eq!(file.len() as u64, bytes, "{name}");
            std::fs::write(folder.join(name), file).unwrap();
        }
        let clips: BTreeMap<LegId, &Clip> = [
            (self.call.patient, &*self.patient.clip),
            (self.call.nurse, &*self.nurse.clip),
            (self.doctor_leg, &*self.doctor.clip),
        ]
        .into();
        let nobody = stranger();
        for (leg, clip) in &clips {
            for kind in [Kind::Audio, Kind::Video] {
                let track = manifest.tracks.iter().find(|t| t.leg == *leg && t.kind == kind);
                let track = track.unwrap_or_else(|| panic!("no {kind:?} of {:?}: {manifest:#?}", clip.whose));
                assert!(track.units > 0 && !track.interrupted);
                let file = folder.join(&track.file);
                let length = play_file(&file);
                assert!(
                    (length - track.duration as f64 / 1_000.0).abs() < 1.0,
                    "{}: {length} s, manifest {} ms",
                    track.file,
                    track.duration
                );
                if kind == Kind::Audio {
                    let sound = samples(&file);
                    let (own, other) = (loudest(&sound, clip), loudest(&sound, &nobody));
                    assert!(own > 0.6 && other < 0.4, "{:?}: {own}, a stranger {other}", clip.whose);
                }
            }
        }
        let mix = manifest.mix.as_ref().expect("a mix");
        let file = folder.join(&mix.file);
        let length = play_file(&file);
        assert!((length - mix.duration as f64 / 1_000.0).abs() < 1.0, "mix {length} s");
        let sound = samples(&file);
        let other = loudest(&sound, &nobody);
        for clip in clips.values() {
            let own = loudest(&sound, clip);
            assert!(own > other + 0.1, "{:?} in the mix: {own}, a stranger {other}", clip.whose);
        }
        // By the names in the manifest and no other.
        let foreign = format!("/api/v1/encounters/{session}/recordings/manifest.json");
        let refused = self.doctor.request(reqwest::Method::GET, &foreign).send().await.unwrap();
        assert_eq!(refused.status(), 404);
        Recorded { manifest }
    }
}

/// Waits until a session's recording is finished.
pub async fn finished(who: &Person, session: SessionId) -> Manifest {
    finished_as(who, session, |_| true).await
}

/// Waits until a session's recording is finished and is as it should be; a recording that goes on after a crash has one
/// manifest, which grows.
pub async fn finished_as(who: &Person, session: SessionId, fits: impl Fn(&Manifest) -> bool) -> Manifest {
    let waiting = async {
        loop {
            let all: Vec<Manifest> = who.get(&format!("/api/v1/encounters/{session}/recordings")).await;
            if let Some(manifest) = all.into_iter().find(&fits) {
                return manifest;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("a finished recording")
}

/// Decodes a whole file, which must raise no complaint; its length in seconds.
pub fn play_file(file: &Path) -> f64 {
    let mut command = clip::ffmpeg();
    command.arg("-i").arg(file).args(["-f", "null", "-"]);
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && said.is_empty(), "{}: {said}", file.display());
    let mut probe = std::process::Command::new("ffprobe");
    probe.args(["-v", "error", "-show_entries", "format=duration", "-of", "json"]).arg(file);
    let answer: Value = serde_json::from_slice(&clip::run(&mut probe)).unwrap_or(json!({}));
    let length = answer["format"]["duration"].as_str().and_then(|d| d.parse().ok());
    length.unwrap_or_else(|| panic!("{}: no length: {answer}", file.display()))
}

/// A file's sound, 8 kHz mono.
pub fn samples(file: &Path) -> Vec<f32> {
    let mut command = clip::ffmpeg();
    command.arg("-i").arg(file).args(["-ar", "8000", "-ac", "1", "-f", "f32le", "-"]);
    clip::run(&mut command).chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
}

/// The best likeness over windows of two seconds, each second one.
pub fn loudest(sound: &[f32], clip: &Clip) -> f32 {
    let windows = sound.windows(16_000).step_by(16_000);
    windows.map(|window| likeness_anywhere(window, &clip.voice)).fold(0.0, f32::max)
}
