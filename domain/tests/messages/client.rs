//! Everything a device may say.

use std::collections::BTreeSet;

use yoban_domain::mode::ServiceKind;
use yoban_domain::session::{
    Decided, DeclineReason, Disposition, Finding, Found, IdentityMethod, LegRole, Outcome, RedFlag, Sbar,
    SourceState, Urgency, VideoCodec,
};
use yoban_domain::vitals::{Flag, NewReading, Origin, Vital};
use yoban_domain::wire::PROTOCOL;
use yoban_domain::wire::signal::{ClientMessage as Say, StreamPosition};

use super::people::{CONNECTION, DEVICE, DOCTOR, DOCTOR_LEG, READING, SESSION, at, id};

pub fn vitals() -> Vec<Vital> {
    [
        r#"{"kind":"spo2","value":"96","unit":"%"}"#,
        r#"{"kind":"pulse","value":"72","unit":"/min"}"#,
        r#"{"kind":"heartRate","value":"74","unit":"/min"}"#,
        r#"{"kind":"bloodPressure","systolic":"128","diastolic":"76","mean":"93","unit":"mm[Hg]"}"#,
        r#"{"kind":"temperature","value":"37.4","unit":"Cel","site":"axilla"}"#,
        r#"{"kind":"respiratoryRate","value":"18","unit":"/min"}"#,
        r#"{"kind":"weight","value":"48.20","unit":"kg"}"#,
        r#"{"kind":"glucose","value":"108","unit":"mg/dL"}"#,
        r#"{"kind":"consciousness","level":"alert"}"#,
        r#"{"kind":"oxygen","supply":{"kind":"oxygen","flow":{"value":"2","unit":"L/min"}}}"#,
        r#"{"kind":"oxygen","supply":{"kind":"air"}}"#,
    ]
    .into_iter()
    .map(|text| serde_json::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}")))
    .collect()
}

pub fn messages() -> Vec<Say> {
    let session = id(SESSION);
    let leg = id(DOCTOR_LEG);
    let text = |text: &str| text.to_owned().into();
    let mut all = vec![
        Say::Hello { token: text("header.claims.signature"), protocol: PROTOCOL, resume: None },
        Say::Hello {
            token: text("header.claims.signature"),
            protocol: PROTOCOL,
            resume: Some(StreamPosition { stream: "3f2c".into(), seq: 42 }),
        },
        Say::Ping,
        Say::Renew { token: text("header.claims.signature") },
        Say::Duty { ready: true },
        Say::Cancel { session },
        Say::Accept { session },
        Say::Leave { session },
        Say::ComeBack { session },
        Say::End { session },
        Say::UndoEnd { session },
        Say::Invite { session, role: LegRole::DutyDoctor, person: None },
        Say::Invite { session, role: LegRole::VisitingNurse, person: Some(id(DOCTOR)) },
        Say::BringEquipment { session, device: id(DEVICE) },
        Say::WithdrawInvite { session, leg },
        Say::AnswerJoin { session, leg, yes: true },
        Say::SpokenConsent { session, leg },
        Say::AskRecording { session },
        Say::AnswerRecording { session, yes: false },
        Say::StopRecording { session },
        Say::Connect { session, video: VideoCodec::assumed() },
        Say::Connect { session, video: vec![VideoCodec::H264] },
        Say::Answer { connection: id(CONNECTION), sdp: "v=0\r\n".into() },
        Say::Sign { session, seen: 41 },
        Say::StillHere { session },
        Say::Rechecked { session, note: text("よく眠っている。呼吸も落ち着いた") },
        Say::SetOxygenScale { session, scale2: true, reason: text("II型呼吸不全、目標88〜92%") },
    ];
    for reason in [
        DeclineReason::WithPatient,
        DeclineReason::Travelling,
        DeclineReason::Unavailable,
        DeclineReason::Other,
    ] {
        all.push(Say::Decline { session, reason });
    }
    for (microphone, camera) in [
        (SourceState::On, SourceState::Off),
        (SourceState::Denied, SourceState::InUse),
        (SourceState::Absent, SourceState::Held),
    ] {
        all.push(Say::Declare { session, microphone, camera });
    }
    for finding in [
        Finding::Identity { method: IdentityMethod::NameAndBirthDate },
        Finding::RedFlags { found: vec![RedFlag::Breathing, RedFlag::ChestPain] },
        Finding::Urgency { urgency: Urgency::Yellow },
        Finding::Sbar {
            sbar: Sbar {
                situation: text("夕方から息苦しい"),
                background: text("慢性心不全"),
                assessment: text("安静で落ち着いている"),
                recommendation: text("30分以内に診てほしい"),
            },
        },
        Finding::Note { text: text("朝に訪問看護へ申し送り") },
    ] {
        all.push(Say::Assess { session, finding, seen: None });
    }
    let colour = |urgency| Finding::Urgency { urgency };
    for seen in [Found::Nothing, Found::Finding { finding: colour(Urgency::Green) }] {
        all.push(Say::Assess { session, finding: colour(Urgency::Red), seen: Some(seen) });
    }
    for kind in [ServiceKind::NurseAdvice, ServiceKind::DoctorAdvice, ServiceKind::OnlineExamination] {
        all.push(Say::SetKind { session, kind });
    }
    for outcome in [
        Outcome::Advice,
        Outcome::Prescription,
        Outcome::NurseVisit,
        Outcome::HouseCall,
        Outcome::Ambulance,
        Outcome::Hospital,
        Outcome::RecheckAt { at: at(3600) },
        Outcome::NextDay,
        Outcome::CancelledAndChecked,
    ] {
        let disposition = Disposition {
            outcome,
            advice: text("水分をとって休んでください"),
            reason_online: outcome.ends_online().then(|| text("症状は落ち着いている")),
        };
        let stood = if outcome == Outcome::Hospital {
            Decided::Nothing
        } else {
            Decided::Decision { disposition: disposition.clone() }
        };
        let seen = (outcome != Outcome::Advice).then_some(stood);
        all.push(Say::Dispose { session, disposition, seen });
    }
    let origins = [
        Origin::Device { model: Some("UA-651BLE".into()) },
        Origin::Simulated { model: Some("oximeter".into()) },
        Origin::Manual,
    ];
    let readings = vitals()
        .into_iter()
        .zip(origins.into_iter().cycle())
        .zip(READING..)
        .map(|((vital, origin), n)| NewReading {
            id: id(n),
            vital,
            taken_at: (n != READING).then(|| at(-5)),
            origin,
            flags: if n == READING { BTreeSet::from([Flag::Questionable]) } else { BTreeSet::new() },
        })
        .collect();
    all.push(Say::Readings { session: Some(session), readings });
    all.push(Say::Readings { session: None, readings: Vec::new() });
    all
}
