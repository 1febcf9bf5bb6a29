//! Two doctors in one call: whose examination it was decides who may prescribe.

use yoban_domain::id::SessionId;
use yoban_domain::mode::{MediaMode, ServiceKind};
use yoban_domain::session::{Disposition, Outcome, State};
use yoban_domain::time::Timestamp;
use yoban_domain::wire::rest::EncounterView;
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_domain::wire::view::CallView;
use yoban_tests::{Night, Person, Voice};

fn prescription(session: SessionId) -> Say {
    let advice = "お薬を一日三回、食後に飲んでください".to_owned().into();
    let disposition = Disposition { outcome: Outcome::Prescription, advice, reason_online: None };
    Say::Dispose { session, disposition, seen: None }
}

/// The doctor is let in, and picture and sound run both ways.
async fn joins(night: &Night, session: SessionId, patient: &Person, nurse: &Person, doctor: &mut Person) {
    let leg = night.invited(session, nurse, doctor).await;
    patient.say(Say::AnswerJoin { session, leg, yes: true }).await;
    doctor.hears_and_sees(patient.call(session).you.unwrap(), &patient.clip).await;
    let both = |call: &CallView| (call.mode == MediaMode::VideoAudio).then_some(());
    doctor.until_call(session, "picture and sound both ways", both).await;
}

/// What the record's form tells somebody.
async fn on_the_record(who: &Person, session: SessionId) -> Option<Timestamp> {
    let record: EncounterView = who.get(&format!("/api/v1/encounters/{session}")).await;
    record.may_decide.unwrap().prescribes_from
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_who_examined_online_prescribes_and_a_colleague_in_the_call_does_not() {
    let night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let session = night.answered(&mut patient, &mut nurse).await.requested.session;
    let mut first = night.doctor(0).await;
    joins(&night, session, &patient, &nurse, &mut first).await;
    let needs = "prescription-needs-examination";
    assert_eq!(first.refused(prescription(session)).await, needs, "advice it was");
    first.say(Say::SetKind { session, kind: ServiceKind::OnlineExamination }).await;
    let from = |call: &CallView| call.findings.as_ref()?.prescribes_from;
    let told = first.until_call(session, "from when on it may be prescribed", from).await;
    // A hundred packets of sound are two seconds, and one is needed.
    first.peer().sends(100).await;

    let mut second = night.signed_in("phone", 1, Voice::Visitor).await;
    second.connect(None).await;
    second.say(Say::Duty { ready: true }).await;
    assert_ne!(first.person(), second.person());
    joins(&night, session, &patient, &nurse, &mut second).await;
    assert_eq!(from(&second.call(session)), None, "the form offers it to the one who examined");
    assert_eq!(second.refused(prescription(session)).await, needs, "a colleague's examination");
    assert_eq!(nurse.refused(prescription(session)).await, "doctor-only");
    assert_eq!(patient.call(session).disposition, None);
    first.say(prescription(session)).await;
    let outcome = |call: &CallView| call.disposition.as_ref().map(|d| d.outcome);
    assert_eq!(patient.until_call(session, "the decision", outcome).await, Outcome::Prescription);

    // The same on the record, once the call is over.
    first.say(Say::End { session }).await;
    let over = |call: &CallView| matches!(call.state, State::Ended { .. }).then_some(());
    for who in [&first, &second, &nurse] {
        who.until_call(session, "the call is over", over).await;
    }
    assert_eq!(on_the_record(&first, session).await, Some(told));
    for who in [&second, &nurse] {
        assert_eq!(on_the_record(who, session).await, None);
    }
    assert_eq!(second.refused(prescription(session)).await, needs);
    first.say(prescription(session)).await;
}
