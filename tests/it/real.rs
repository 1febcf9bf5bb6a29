//! A server for real people records nobody until recordings can be kept as the rules for them ask.

use ring::digest::{SHA256, digest};
use serde_json::Value;
use yoban_domain::duty::{Line, Shift};
use yoban_domain::id::{AssociationId, DeviceId, InstitutionId, PatientId, PersonId};
use yoban_domain::people::{Name, Patient, Person as Staff, Role, Sex, Summary};
use yoban_domain::private::Private;
use yoban_domain::session::{RecordingPhase, State};
use yoban_domain::time::{Span, Timestamp};
use yoban_domain::wire::rest::DemoPerson;
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_store::Store;
use yoban_store::account::SignInCode;
use yoban_store::device::Bearer;
use yoban_store::value::Word;
use yoban_tests::terminal::Folder;
use yoban_tests::{Clip, Night, Person, Server, Voice, id, now_ms, random};

use crate::administrator::{bootstrap, code_in, register};

/// Codes that sign in once.
struct Codes {
    patient: String,
    nurse: String,
}

/// A patient with a tablet and a nurse on duty, as the association will enter them itself.
async fn enter(folder: &Folder) -> Codes {
    let store = Store::open(&format!("sqlite:{}", folder.path().join("yoban.db").display())).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let home: AssociationId = tx.associations().await.unwrap()[0].0;
    let institution: InstitutionId = tx.institutions(home).await.unwrap()[0].id;
    let (patient, tablet, nurse): (PatientId, DeviceId, PersonId) = (id(), id(), id());
    let name = |kanji: &str| Name {
        kanji: kanji.to_owned().into(),
        kana: String::new().into(),
        latin: String::new().into(),
    };
    let body = Patient {
        id: patient,
        association: home,
        institution,
        number: Private::default(),
        name: name("試験 患者"),
        birth_date: "1940-01-01".to_owned().into(),
        sex: Sex::Female,
        address: Private::default(),
        phone: Private::default(),
        summary: Private::new(Summary::default()),
        primary_doctor: None,
        care_plan: None,
        pregnant: false,
        oxygen_scale2: None,
    };
    tx.insert_patient(patient, home, &body).await.unwrap();
    let kind = Word::of("tablet").unwrap();
    tx.insert_device(tablet, home, &kind, Bearer::Patient(patient), &serde_json::json!({})).await.unwrap();
    let role = Role::DeskNurse;
    let body = Staff {
        id: nurse,
        association: home,
        institution,
        role,
        name: name("試験 看護"),
        registration: None,
    };
    tx.insert_person(nurse, home, Some(institution), &Word::of(&role).unwrap(), &body).await.unwrap();
    let now = Timestamp(now_ms());
    let (from, until) = (now.minus(Span::minutes(60)), now.plus(Span::minutes(600)));
    tx.insert_shift(&Shift { id: id(), association: home, line: Line::Desk, person: nurse, from, until })
        .await
        .unwrap();
    let mut codes = Vec::new();
    for (person, device) in [(None, Some(tablet)), (Some(nurse), None)] {
        let code = random();
        let purpose = Word::of("once").unwrap();
        let stored = SignInCode { association: Some(home), person, device, purpose, expires: until };
        tx.insert_sign_in_code(digest(&SHA256, code.as_bytes()).as_ref(), &stored).await.unwrap();
        codes.push(code);
    }
    tx.commit().await.unwrap();
    store.close().await;
    let [patient, nurse] = codes.try_into().unwrap();
    Codes { patient, nurse }
}

async fn signs_in(server: &Server, code: String, voice: Voice) -> Person {
    let (name, name_latin) = ("試験".to_owned().into(), "Shiken".to_owned().into());
    let (app, code) = (String::new(), code.into());
    let who = DemoPerson { person: None, role: None, name, name_latin, app, code };
    let mut person = Person::sign_in(&server.base(), &who, Clip::of(voice)).await;
    person.connect(None).await;
    person
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outside_the_demo_a_call_works_and_nobody_can_record_it() {
    let folder = Folder::fresh();
    let code = bootstrap(&folder);
    code_in(&register(&folder, &code, ("", "")));
    let codes = enter(&folder).await;
    let night = Night { server: Server::start_real(folder.path(), &[]), people: Vec::new() };
    let mut patient = signs_in(&night.server, codes.patient, Voice::Patient).await;
    let mut nurse = signs_in(&night.server, codes.nurse, Voice::Nurse).await;
    nurse.say(Say::Duty { ready: true }).await;
    let call = night.answered(&mut patient, &mut nurse).await;
    let session = call.requested.session;
    nurse.hears_and_sees(call.patient, &patient.clip).await;
    patient.hears_and_sees(call.nurse, &nurse.clip).await;

    let refused = nurse.try_say(Say::AskRecording { session }).await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.status), ("recording-not-possible", 409));
    assert!(!refused.next.is_empty() && !refused.next_en.is_empty(), "{refused:?}");
    // Nor does an answer that nobody asked for.
    assert_eq!(patient.refused(Say::AnswerRecording { session, yes: true }).await, "recording-not-possible");
    for person in [&patient, &nurse] {
        assert_eq!(person.call(session).recording, RecordingPhase::Off);
    }
    nurse.say(Say::End { session }).await;
    nurse.until_call(session, "the end", |c| matches!(c.state, State::Ended { .. }).then_some(())).await;
    let kept: Value = nurse.get(&format!("/api/v1/encounters/{session}/recordings")).await;
    assert_eq!(kept, serde_json::json!([]));
    drop(night);
    // No recorder ever ran here: not even its folder was made.
    assert!(!folder.path().join("recordings").exists());
}
