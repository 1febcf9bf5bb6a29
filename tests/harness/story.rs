//! The night call as it is meant to go, with everything checked on the way. The test asserts it, the demo shows it.

mod after;

use std::sync::Arc;
use std::time::Instant;

use serde_json::json;
use yoban_domain::id::{LegId, SessionId};
use yoban_domain::mode::{MediaMode, ServiceKind};
use yoban_domain::session::{
    Finding, IdentityMethod, JoinConsent, RecordingAnswer, RecordingPhase, Sbar, State, Urgency,
};
use yoban_domain::vitals::VitalKind;
use yoban_domain::wire::signal::ClientMessage as Say;

use crate::night::Answered;
use crate::person::{participant, reading};
use crate::vp8::write_ivf;
use crate::{Clip, Night, Person, clip};

pub use after::{Papers, Recorded, finished, finished_as, loudest, play_file, samples};

/// Texts that are written during the story and must never be in a log.
pub const WRITTEN: [&str; 6] = [
    "二時間前から息苦しく横になれない",
    "慢性心不全で利尿薬を内服中",
    "下腿のむくみが強く体重が増えている",
    "今夜のうちに診てほしい",
    "起座呼吸あり、往診して利尿薬を静注する",
    "先生が一時間ほどでお家に伺います。上半身を起こして待ってください。",
];

/// Tells how far the story is, in Japanese and English.
pub type Tell<'a> = &'a mut dyn FnMut(&str, &str);

/// What the story left behind.
pub struct Night1 {
    /// The call.
    pub call: Answered,
    /// The doctor's leg.
    pub doctor_leg: LegId,
    /// The people, still connected.
    pub patient: Person,
    /// The desk nurse.
    pub nurse: Person,
    /// The doctor.
    pub doctor: Person,
    /// What was measured on the way: name, value in milliseconds.
    pub figures: Vec<(&'static str, f64)>,
    /// Every person's media address, for the look into the log.
    pub addresses: Vec<String>,
}

fn finding(finding: Finding, session: SessionId) -> Say {
    Say::Assess { session, finding, seen: None }
}

fn millis(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() * 1_000.0
}

/// Plays the call up to the signature.
pub async fn play(night: &Night, tell: Tell<'_>) -> Night1 {
    tell("患者さん・窓口看護師・当番医がサインインします", "Patient, desk nurse and duty doctor sign in");
    let mut patient = night.patient(0).await;
    let mut nurse = night.nurse(0).await;
    let mut doctor = night.doctor(0).await;

    tell("患者さんが「呼ぶ」を押します", "The patient taps 呼ぶ");
    let call = night.answered(&mut patient, &mut nurse).await;
    let session = call.requested.session;
    tell("看護師が応答し、映像と音声がつながりました", "The nurse answers: picture and sound run both ways");
    nurse.hears_and_sees(call.patient, &patient.clip).await;
    patient.hears_and_sees(call.nurse, &nurse.clip).await;
    let frames = nurse.sees(call.patient).await;
    decodes(&write_ivf(&frames), frames.len());

    let mut figures = vec![
        ("tap → ring at the desk", millis(call.tapped, call.rung)),
        ("accept → first key frame at the desk", millis(call.accepted, call.first_key)),
    ];
    triage(session, &nurse).await;
    let shown = vitals(session, &patient, &nurse, tell).await;
    figures.push(("reading sent → shown at the desk", shown));
    worn(session, &patient, ["92", "107", "36.9"]).await;
    recording(session, &patient, &nurse, tell).await;
    worn(session, &patient, ["91", "109", "37.1"]).await;

    tell("当番医を呼び出します", "The duty doctor is rung");
    let doctor_leg = night.invited(session, &nurse, &mut doctor).await;
    gated(session, doctor_leg, &patient, &nurse, &doctor, tell).await;
    worn(session, &patient, ["90", "112", "37.0"]).await;
    let admitted = Instant::now();
    patient.say(Say::AnswerJoin { session, leg: doctor_leg, yes: true }).await;
    three_way(session, &call, doctor_leg, [&patient, &nurse, &doctor], tell).await;
    let slot = doctor.slot_of(call.patient).await;
    let key = doctor.peer().first_key(slot).unwrap();
    figures.push(("はい → first key frame at the doctor", millis(admitted, key)));

    worn(session, &patient, ["91", "110", "36.9"]).await;
    cuffed(session, &patient, "158", "90").await;
    kinds(session, &nurse, &doctor, tell).await;
    worn(session, &patient, ["92", "106", "36.80"]).await;
    tell("患者さんが録画の同意を取り消します", "The patient withdraws consent to the recording");
    patient.say(Say::AnswerRecording { session, yes: false }).await;
    for person in [&patient, &nurse, &doctor] {
        person
            .until_call(session, "recording withdrawn", |call| {
                (call.recording == RecordingPhase::Withdrawn).then_some(())
            })
            .await;
    }
    let addresses = [&patient, &nurse, &doctor].map(|p| p.peer().address.to_string());
    ending(session, &call, [&patient, &nurse, &doctor], tell).await;
    Night1 { call, doctor_leg, patient, nurse, doctor, figures, addresses: addresses.to_vec() }
}

/// A file of frames as they came is played without complaint, every frame of it.
fn decodes(file: &[u8], frames: usize) {
    let path = std::env::temp_dir().join(format!("yoban-{}.ivf", crate::random()));
    std::fs::write(&path, file).unwrap();
    let mut command = clip::ffmpeg();
    command.arg("-i").arg(&path);
    command.args(["-f", "framemd5", "-"]);
    let listed = clip::run(&mut command);
    std::fs::remove_file(path).unwrap();
    let listed = String::from_utf8_lossy(&listed);
    let decoded = listed.lines().filter(|l| !l.starts_with('#')).count();
    assert!(decoded >= frames, "{decoded} of {frames} frames were decoded");
}

async fn triage(session: SessionId, nurse: &Person) {
    let sbar = Sbar {
        situation: WRITTEN[0].to_owned().into(),
        background: WRITTEN[1].to_owned().into(),
        assessment: WRITTEN[2].to_owned().into(),
        recommendation: WRITTEN[3].to_owned().into(),
    };
    for found in [
        Finding::Identity { method: IdentityMethod::TabletAndFace },
        Finding::RedFlags { found: vec![] },
        Finding::Urgency { urgency: Urgency::Yellow },
        Finding::Sbar { sbar },
    ] {
        nurse.say(finding(found, session)).await;
    }
}

async fn vitals(session: SessionId, patient: &Person, nurse: &Person, tell: Tell<'_>) -> f64 {
    tell("血圧・酸素・体温・脈拍を送ります", "Vital signs are sent");
    let measured = [
        json!({"kind": "spo2", "value": "93", "unit": "%"}),
        json!({"kind": "pulse", "value": "104", "unit": "/min"}),
        json!({"kind": "bloodPressure", "systolic": "152", "diastolic": "88", "unit": "mm[Hg]"}),
        json!({"kind": "temperature", "value": "36.80", "unit": "Cel"}),
    ];
    let readings: Vec<_> = measured.into_iter().map(reading).collect();
    let last = readings[3].id;
    let sent = Instant::now();
    patient.say(Say::Readings { session: Some(session), readings }).await;
    let (view, shown) = nurse
        .until("vital signs", |seen| {
            let (view, at) = seen.vitals.get(&session)?;
            let there = view.latest.iter().any(|l| l.reading.id == last);
            there.then(|| (view.clone(), *at))
        })
        .await;
    assert_eq!(view.latest.len(), 4);
    assert!(view.latest.iter().all(|l| !l.stale && l.counts));
    let temperature = view.latest.iter().find(|l| l.kind == VitalKind::Temperature).unwrap();
    let kept = serde_json::to_value(&temperature.reading).unwrap();
    assert_eq!(kept["vital"]["value"], "36.80", "digits stay as measured");
    assert_eq!(
        temperature.values[0].value.text(),
        "36.8",
        "and people read no more than the thermometer can know"
    );
    let open = serde_json::to_value(view.score.expect("a score")).unwrap();
    // What only a clinician can say follows: the interval becomes a number.
    nurse
        .say(Say::Readings {
            session: Some(session),
            readings: [
                json!({"kind": "respiratoryRate", "value": "22", "unit": "/min"}),
                json!({"kind": "consciousness", "level": "alert"}),
                json!({"kind": "oxygen", "supply": {"kind": "air"}}),
            ]
            .into_iter()
            .map(|vital| {
                let mut new = reading(vital);
                new.origin = yoban_domain::vitals::Origin::Manual;
                new
            })
            .collect(),
        })
        .await;
    patient
        .until("the nurse's own findings", |seen| {
            let view = &seen.vitals.get(&session)?.0;
            (view.latest.len() == 7 && serde_json::to_value(&view.score).unwrap() != open).then_some(())
        })
        .await;
    millis(sent, shown)
}

/// The oximeter stays on the finger and the thermometer under the arm: their values once more, while the call goes on.
async fn worn(session: SessionId, patient: &Person, [spo2, pulse, temperature]: [&str; 3]) {
    let values = [
        json!({"kind": "spo2", "value": spo2, "unit": "%"}),
        json!({"kind": "pulse", "value": pulse, "unit": "/min"}),
        json!({"kind": "temperature", "value": temperature, "unit": "Cel"}),
    ];
    patient.say(Say::Readings { session: Some(session), readings: values.map(reading).into() }).await;
}

/// The cuff a second time, later in the call.
async fn cuffed(session: SessionId, patient: &Person, systolic: &str, diastolic: &str) {
    let pressure = json!({
        "kind": "bloodPressure", "systolic": systolic, "diastolic": diastolic, "unit": "mm[Hg]",
    });
    patient.say(Say::Readings { session: Some(session), readings: vec![reading(pressure)] }).await;
}

async fn recording(session: SessionId, patient: &Person, nurse: &Person, tell: Tell<'_>) {
    tell("録画してよいか尋ね、同意を得ます", "Recording is asked for, and agreed to");
    assert_eq!(nurse.call(session).recording, RecordingPhase::Off);
    nurse.say(Say::AskRecording { session }).await;
    patient
        .until_call(session, "the question about recording", |call| {
            matches!(&call.recording, RecordingPhase::Asking { waiting_for } if waiting_for.len() == 1)
                .then_some(())
        })
        .await;
    patient.say(Say::AnswerRecording { session, yes: true }).await;
    for person in [patient, nurse] {
        person.until_call(session, "REC", |call| (call.recording == RecordingPhase::On).then_some(())).await;
    }
}

/// The doctor has accepted and is connected, and nothing reaches or leaves them.
async fn gated(
    session: SessionId,
    leg: LegId,
    patient: &Person,
    nurse: &Person,
    doctor: &Person,
    tell: Tell<'_>,
) {
    tell(
        "医師は患者さんの「はい」を待ちます（映像も音声も通りません）",
        "The doctor waits for the patient's はい: no packet passes",
    );
    let asked = patient
        .until_call(session, "the question about the doctor", |call| {
            let joiner = call.people.iter().find(|p| p.leg == leg)?;
            matches!(joiner.join, JoinConsent::Asked { .. }).then(|| joiner.clone())
        })
        .await;
    assert!(!asked.gate_open);
    let card = asked.card.expect("the doctor's card");
    assert!(card.registered_year == Some(2009) && card.institution == "ひばりクリニック");
    // The reason is on the doctor's screen before they are let in.
    let findings = doctor.call(session).findings.expect("findings");
    assert_eq!(findings.sbar.unwrap().situation.reveal(), WRITTEN[0]);
    assert_eq!(doctor.refused(Say::SpokenConsent { session, leg }).await, "own-consent");
    assert_eq!(doctor.refused(Say::AskRecording { session }).await, "not-in-call");
    // Two seconds of everybody's sending, by what was really sent.
    doctor.peer().sends(100).await;
    patient.peer().sends(100).await;
    let got = doctor.peer().log.look(|log| log.rtp_datagrams);
    assert_eq!(got, 0, "RTP reached the doctor before はい");
    assert!(doctor.peer().slots().is_empty());
    for person in [patient, nurse] {
        assert_eq!(person.peer().slots().len(), 1, "something of the doctor's left before はい");
        assert_eq!(person.map().len(), 1, "the doctor has a place before はい");
    }
    assert_eq!(nurse.call(session).recording, RecordingPhase::On);
}

async fn three_way(
    session: SessionId,
    call: &Answered,
    doctor_leg: LegId,
    people: [&Person; 3],
    tell: Tell<'_>,
) {
    let [patient, nurse, doctor] = people;
    for person in people {
        person
            .until_call(session, "recording pauses for the doctor", |call| {
                let paused = matches!(&call.recording,
                    RecordingPhase::Paused { waiting_for } if waiting_for == &[doctor_leg]);
                (paused && participant(call, doctor_leg).gate_open).then_some(())
            })
            .await;
    }
    tell(
        "「はい」。三人の映像と音声を互いに確かめます",
        "はい: each of the three hears and sees the two others",
    );
    for (who, leg, clip) in [
        (doctor, call.patient, &patient.clip),
        (doctor, call.nurse, &nurse.clip),
        (patient, doctor_leg, &doctor.clip),
        (patient, call.nurse, &nurse.clip),
        (nurse, doctor_leg, &doctor.clip),
        (nurse, call.patient, &patient.clip),
    ] {
        who.hears_and_sees(leg, clip).await;
    }
    doctor.say(Say::AnswerRecording { session, yes: true }).await;
    for person in people {
        person
            .until_call(session, "REC again", |call| {
                let agreed = participant(call, doctor_leg).recording == RecordingAnswer::Yes;
                (agreed && call.recording == RecordingPhase::On).then_some(())
            })
            .await;
    }
    // Enough of all three for the files.
    doctor.peer().sends(200).await;
}

async fn kinds(session: SessionId, nurse: &Person, doctor: &Person, tell: Tell<'_>) {
    tell(
        "医師の参加は「相談」。オンライン診療は条件を満たすときだけ",
        "The doctor's part is advice; オンライン診療 only where the law allows",
    );
    doctor
        .until_call(session, "two-way picture and sound", |call| {
            (call.mode == MediaMode::VideoAudio && call.kind == ServiceKind::DoctorAdvice).then_some(())
        })
        .await;
    let examine = || Say::SetKind { session, kind: ServiceKind::OnlineExamination };
    let kind_is = |wanted: ServiceKind| async move {
        nurse.until_call(session, "the kind of care", |call| (call.kind == wanted).then_some(())).await;
    };
    assert_eq!(nurse.refused(examine()).await, "doctor-only");
    doctor.say(examine()).await;
    kind_is(ServiceKind::OnlineExamination).await;
    // Sudden illness is seen face to face: the kind falls back at once, and cannot be taken again.
    let urgency = |urgency| finding(Finding::Urgency { urgency }, session);
    nurse.say(urgency(Urgency::Orange)).await;
    kind_is(ServiceKind::DoctorAdvice).await;
    assert_eq!(doctor.refused(examine()).await, "examination-sudden-illness");
}

async fn ending(session: SessionId, call: &Answered, people: [&Person; 3], tell: Tell<'_>) {
    let [patient, nurse, doctor] = people;
    tell(
        "医師が所見を書き、通話を終えます（一度取り消します）",
        "The doctor writes the note and ends the call, once by mistake",
    );
    let note = Finding::Note { text: WRITTEN[4].to_owned().into() };
    doctor.say(finding(note, session)).await;
    assert_eq!(patient.refused(Say::End { session }).await, "clinician-only");
    let closing = |call: &yoban_domain::wire::view::CallView| {
        let shut = call.people.iter().all(|p| !p.gate_open);
        (matches!(call.state, State::Closing { .. }) && shut).then_some(())
    };
    doctor.say(Say::End { session }).await;
    patient.until_call(session, "the end", closing).await;
    nurse.say(Say::UndoEnd { session }).await;
    patient
        .until_call(session, "the end taken back", |call| {
            let runs = matches!(call.state, State::Active { .. });
            (runs && call.mode == MediaMode::VideoAudio).then_some(())
        })
        .await;
    let likeness = patient.hears(call.nurse, &nurse.clip).await;
    assert!(likeness > 0.8, "after the undo: {likeness}");
    doctor.say(Say::End { session }).await;
    for person in people {
        person
            .until_call(session, "the call is over", |call| {
                matches!(call.state, State::Ended { .. }).then_some(())
            })
            .await;
    }
    assert_eq!(nurse.refused(Say::UndoEnd { session }).await, "too-late-to-undo");
    after::decide(session, people, tell).await;
}

/// The clip of somebody who was never there.
pub fn stranger() -> Arc<Clip> {
    Clip::of(crate::Voice::Stranger)
}
