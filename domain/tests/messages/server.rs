//! Everything the server may say, with views that show every form their parts can have.

use yoban_domain::case::Owner;
use yoban_domain::duty::Line;
use yoban_domain::mode::{Interval, MediaMode, ServiceKind};
use yoban_domain::people::{Sex, Summary};
use yoban_domain::session::{
    AudioOnly, CheckIn, ConsentManner, DeclineReason, DeskRing, Disposition, EndReason, IdentityMethod,
    JoinConsent, LegRole, LegState, Outcome, RecordingAnswer, RecordingFailure, RecordingPhase, RedFlag,
    Refused, Sbar, SourceState, State, TakenBack, Urgency,
};
use yoban_domain::vitals::score::{Spo2Scale, Subject};
use yoban_domain::vitals::{EnteredBy, NewReading, Origin, Reading};
use yoban_domain::wire::problem::{FieldProblem, Problem};
use yoban_domain::wire::rest::{Me, MeWho};
use yoban_domain::wire::signal::ServerMessage as Heard;
use yoban_domain::wire::view::{
    CallView, CaseCall, Findings, Participant, PatientCard, PersonCard, QueueItem, RecheckOwed,
};
use yoban_domain::wire::vitals::VitalsView;

use super::client;
use super::people::{
    CASE, CONNECTION, DEVICE, DOCTOR, DOCTOR_LEG, EQUIPMENT_LEG, NOW, NURSE, NURSE_LEG, PATIENT, PATIENT_LEG,
    PHONE, READING, SESSION, TABLET, VISITOR_LEG, at, camera, display, doctor, id, name, nurse,
};

/// Whether the message has a number in the device's stream.
pub const fn counted(message: &Heard) -> bool {
    match message {
        Heard::Welcome { .. } | Heard::Pong { .. } | Heard::Ack { .. } | Heard::Problem { .. } => false,
        Heard::GoingAway { .. } => false,
        Heard::Call { .. }
        | Heard::Calls { .. }
        | Heard::Queue { .. }
        | Heard::Vitals { .. }
        | Heard::Offer { .. }
        | Heard::Map { .. }
        | Heard::ConnectionGone { .. } => true,
    }
}

pub fn messages() -> Vec<Heard> {
    let session = id(SESSION);
    let connection = id(CONNECTION);
    let mut all = vec![
        welcome(MeWho::Tablet {
            patient: id(PATIENT),
            name: "夜野 星".to_owned().into(),
            name_latin: "Hoshi Yoruno".to_owned().into(),
        }),
        welcome(MeWho::Equipment { card: camera() }),
        welcome(MeWho::Staff { card: nurse(), on_duty: Line::ALL.to_vec() }),
        Heard::Pong { id: 7, now: NOW },
        Heard::Ack { id: 8 },
        Heard::Calls { calls: vec![waiting(), active(doctor_view())] },
        Heard::Calls { calls: Vec::new() },
        Heard::Queue { items: queue() },
        Heard::Offer { session, connection, sdp: "v=0\r\n".into() },
        Heard::Map { connection, slots: vec![Some(id(NURSE_LEG)), Some(id(DOCTOR_LEG)), None, None] },
        Heard::ConnectionGone { session, connection, retry: true },
        Heard::GoingAway { after_ms: 1_000 },
    ];
    let mut wrong =
        Problem::invalid(vec![FieldProblem { pointer: "/readings".into(), detail: "at most 50".into() }]);
    wrong.trace_id = Some("4bf92f35".into());
    all.push(Heard::Problem { id: None, problem: wrong });
    all.push(Heard::Problem { id: Some(9), problem: Refused::TakenBy(id(NURSE)).into() });
    let calls = [waiting(), active(doctor_view()), active(tablet_view()), closing(), ended(), cancelled()];
    all.extend(calls.into_iter().map(|call| Heard::Call { call: Box::new(call) }));
    for recording in [
        RecordingPhase::Off,
        RecordingPhase::Asking { waiting_for: vec![id(PATIENT_LEG)] },
        RecordingPhase::Paused { waiting_for: vec![id(DOCTOR_LEG)] },
        RecordingPhase::Refused,
        RecordingPhase::Withdrawn,
        RecordingPhase::Stopped,
        RecordingPhase::Failed { reason: RecordingFailure::NoRoom },
    ] {
        let call = Box::new(CallView { recording, ..active(tablet_view()) });
        all.push(Heard::Call { call });
    }
    all.extend(vitals().into_iter().map(|vitals| Heard::Vitals { vitals: Box::new(vitals) }));
    all
}

fn welcome(who: MeWho) -> Heard {
    let me = Me {
        device: id(DEVICE),
        association: "星見区医師会".into(),
        association_en: "Hoshimi Medical Association".into(),
        desk_phone: "03-0000-0199".into(),
        zone: "Asia/Tokyo".into(),
        demo: true,
        who,
    };
    Heard::Welcome { stream: "3f2c".into(), resumed: false, heartbeat_ms: 10_000, now: NOW, me }
}

fn participant(leg: u128, role: LegRole, card: Option<PersonCard>, leg_state: LegState) -> Participant {
    Participant {
        leg: id(leg),
        role,
        card,
        name: (role == LegRole::Patient).then(|| name("夜野 星", "ヨルノ ホシ", "Hoshi Yoruno")),
        leg_state,
        join: JoinConsent::ByTap,
        gate_open: matches!(leg_state, LegState::Joined { .. }),
        recording: RecordingAnswer::None,
        microphone: SourceState::On,
        camera: SourceState::On,
        equipment: None,
        audio_only: None,
    }
}

fn waiting() -> CallView {
    let patient = participant(PATIENT_LEG, LegRole::Patient, None, LegState::Accepted { at: NOW });
    let ringing = LegState::Ringing { since: NOW, until: at(25) };
    CallView {
        session: id(SESSION),
        case: id(CASE),
        version: 1,
        now: at(1),
        requested_at: NOW,
        state: State::Waiting { since: NOW },
        desk: Some(DeskRing { round: 1, until: at(25), ringing: true, fallback: false }),
        check_in: None,
        missed_check_in: false,
        you: Some(id(PATIENT_LEG)),
        your_device: Some(id(TABLET)),
        people: vec![patient, participant(NURSE_LEG, LegRole::DeskNurse, Some(nurse()), ringing)],
        recording: RecordingPhase::Off,
        kind: ServiceKind::NurseAdvice,
        mode: MediaMode::None,
        patient: None,
        findings: None,
        disposition: None,
        decided_by: None,
        taken_back: None,
        former: None,
        signed: None,
        waiting_besides: 0,
    }
}

/// What the patient card and findings are for one viewer.
struct Seen {
    you: u128,
    patient: Option<PatientCard>,
    findings: Option<Findings>,
}

fn tablet_view() -> Seen {
    Seen { you: PATIENT_LEG, patient: None, findings: None }
}

fn doctor_view() -> Seen {
    let text = |text: &str| text.to_owned().into();
    let patient = PatientCard {
        patient: id(PATIENT),
        name: name("夜野 星", "ヨルノ ホシ", "Hoshi Yoruno"),
        birth_date: text("1940-01-01"),
        age: 93,
        sex: Sex::Female,
        address: text("〒000-0000 星見区1-2-3"),
        phone: text("03-0000-0101"),
        summary: Summary {
            conditions: vec!["慢性心不全".into()],
            allergies: vec!["ペニシリン".into()],
            medications: vec!["フロセミド".into()],
            wishes: vec!["DNAR".into()],
            notices: vec!["犬がいます".into()],
        }
        .into(),
        primary_doctor: Some(doctor()),
        has_plan: true,
        emergency_institution: Some(text("星見病院")),
    };
    let findings = Findings {
        identity: Some(IdentityMethod::TabletAndFace),
        identity_by: None,
        red_flags: Some(vec![RedFlag::Bleeding]),
        red_flags_by: Some(nurse()),
        urgency: Some(Urgency::Orange),
        urgency_by: None,
        sudden: true,
        sbar: Some(Sbar { situation: text("夕方から息苦しい"), ..Sbar::default() }),
        sbar_by: Some(nurse()),
        note: Some(text("朝に申し送り")),
        note_by: Some(doctor()),
        ledger: vec![
            Interval {
                from: at(12),
                until: Some(at(240)),
                kind: ServiceKind::NurseAdvice,
                mode: MediaMode::VideoAudio,
                nurse_present: false,
            },
            Interval {
                from: at(240),
                until: None,
                kind: ServiceKind::DoctorAdvice,
                mode: MediaMode::Audio,
                nurse_present: true,
            },
        ],
        examination_refused: Some("examination-sudden-illness".into()),
        prescribes_from: Some(at(241)),
    };
    Seen { you: DOCTOR_LEG, patient: Some(patient), findings: Some(findings) }
}

fn active(seen: Seen) -> CallView {
    let given = |how| JoinConsent::Given { at: at(200), how };
    let people = vec![
        Participant {
            recording: RecordingAnswer::Yes,
            microphone: SourceState::Held,
            camera: SourceState::Denied,
            ..participant(PATIENT_LEG, LegRole::Patient, None, LegState::Joined { since: at(14) })
        },
        Participant {
            recording: RecordingAnswer::Withdrawn,
            camera: SourceState::Off,
            ..participant(
                NURSE_LEG,
                LegRole::DeskNurse,
                Some(nurse()),
                LegState::Away { since: at(250), until: at(1150) },
            )
        },
        Participant {
            join: given(ConsentManner::Spoken { heard_by: id(NURSE) }),
            recording: RecordingAnswer::No,
            ..participant(
                DOCTOR_LEG,
                LegRole::DutyDoctor,
                Some(doctor()),
                LegState::Joined { since: at(202) },
            )
        },
        Participant {
            join: JoinConsent::Asked { at: at(260) },
            camera: SourceState::InUse,
            ..participant(
                VISITOR_LEG,
                LegRole::VisitingNurse,
                Some(nurse()),
                LegState::Accepted { at: at(260) },
            )
        },
        Participant {
            join: given(ConsentManner::OnTablet),
            microphone: SourceState::Absent,
            equipment: Some(camera()),
            audio_only: Some(AudioOnly::Codec),
            ..participant(EQUIPMENT_LEG, LegRole::Device, None, LegState::Joined { since: at(230) })
        },
    ];
    CallView {
        version: 17,
        now: at(300),
        state: State::Active { since: at(12), check_at: at(1812), alone_until: Some(at(320)) },
        desk: Some(DeskRing { round: 2, until: at(420), ringing: false, fallback: true }),
        check_in: seen.patient.is_some().then(|| CheckIn {
            leg: id(DOCTOR_LEG),
            asked_at: at(290),
            answer_by: at(410),
        }),
        missed_check_in: seen.you == NURSE_LEG,
        taken_back: seen.patient.is_some().then_some(TakenBack::DoctorJoined),
        former: seen.patient.is_some().then(|| Disposition {
            outcome: Outcome::Advice,
            advice: "温かくしてお休みください".to_owned().into(),
            reason_online: None,
        }),
        you: Some(id(seen.you)),
        your_device: Some(id(if seen.you == PATIENT_LEG { TABLET } else { PHONE })),
        people,
        recording: RecordingPhase::On,
        kind: ServiceKind::DoctorAdvice,
        mode: MediaMode::VideoAudio,
        patient: seen.patient,
        findings: seen.findings,
        waiting_besides: 1,
        ..waiting()
    }
}

fn closing() -> CallView {
    let left = LegState::Left { at: at(600) };
    let turned_down = LegState::Declined { at: at(500), reason: DeclineReason::WithPatient };
    let people = vec![
        participant(PATIENT_LEG, LegRole::Patient, None, left),
        Participant {
            join: JoinConsent::Refused { at: at(400) },
            ..participant(NURSE_LEG, LegRole::DeskNurse, Some(nurse()), left)
        },
        Participant {
            join: JoinConsent::NotAsked,
            ..participant(DOCTOR_LEG, LegRole::DutyDoctor, Some(doctor()), turned_down)
        },
        participant(VISITOR_LEG, LegRole::VisitingNurse, Some(nurse()), LegState::TimedOut { at: at(500) }),
        Participant {
            equipment: Some(display()),
            ..participant(
                EQUIPMENT_LEG,
                LegRole::Device,
                None,
                LegState::Invited { since: at(1), until: at(2) },
            )
        },
    ];
    let state = State::Closing { by: id(NURSE), since: at(12), until: at(610) };
    CallView { version: 30, now: at(601), state, people, desk: None, ..active(tablet_view()) }
}

fn ended() -> CallView {
    let disposition = Disposition {
        outcome: Outcome::RecheckAt { at: at(7200) },
        advice: "水分をとって休んでください".to_owned().into(),
        reason_online: Some("症状は落ち着いている".to_owned().into()),
    };
    let taken = LegState::Withdrawn { at: at(12), taken_by: Some(id(NURSE)) };
    let dropped = LegState::Withdrawn { at: at(12), taken_by: None };
    CallView {
        version: 40,
        now: at(700),
        state: State::Ended {
            at: at(610),
            reason: EndReason::Completed,
            remind_at: at(1210),
            overdue: false,
        },
        people: vec![
            participant(NURSE_LEG, LegRole::DeskNurse, Some(nurse()), taken),
            participant(DOCTOR_LEG, LegRole::DutyDoctor, Some(doctor()), dropped),
        ],
        mode: MediaMode::None,
        disposition: Some(disposition),
        decided_by: Some(doctor()),
        signed: Some(1),
        ..closing()
    }
}

fn cancelled() -> CallView {
    let state =
        State::Ended { at: at(5), reason: EndReason::CancelledByPatient, remind_at: at(605), overdue: true };
    CallView { version: 3, state, desk: None, you: None, your_device: None, ..waiting() }
}

fn queue() -> Vec<QueueItem> {
    let item = |state, owner| QueueItem {
        case: id(CASE),
        session: id(SESSION),
        patient: name("夜野 星", "ヨルノ ホシ", "Hoshi Yoruno"),
        age: 93,
        requested_at: NOW,
        state,
        unattended: matches!(state, State::Waiting { .. }),
        owner,
        owner_name: None,
        deadline: Some(at(25)),
        urgency: None,
        disposition: None,
        recheck: None,
        signed: false,
        may_open: matches!(state, State::Ended { .. }),
        calls: Vec::new(),
    };
    let done =
        State::Ended { at: at(610), reason: EndReason::Completed, remind_at: at(1210), overdue: false };
    vec![
        item(State::Waiting { since: NOW }, Some(Owner::Line { line: Line::Desk })),
        QueueItem {
            owner_name: Some(name("朝永 理", "トモナガ オサム", "Osamu Tomonaga")),
            urgency: Some(Urgency::Red),
            ..item(
                State::Active { since: at(12), check_at: at(1812), alone_until: None },
                Some(Owner::Person { person: id(DOCTOR) }),
            )
        },
        QueueItem { disposition: Some(Outcome::HouseCall), signed: true, deadline: None, ..item(done, None) },
        QueueItem {
            disposition: Some(Outcome::RecheckAt { at: at(3600) }),
            recheck: Some(RecheckOwed { at: at(3600), due: true }),
            deadline: Some(at(4200)),
            calls: vec![CaseCall {
                session: id(PATIENT),
                requested_at: at(700),
                state: done,
                urgency: Some(Urgency::Red),
                disposition: Some(Outcome::Ambulance),
                signed: true,
                may_open: true,
            }],
            ..item(done, Some(Owner::Line { line: Line::Desk }))
        },
    ]
}

fn vitals() -> Vec<VitalsView> {
    let readings: Vec<Reading> = client::vitals()
        .into_iter()
        .zip(READING..)
        .map(|(vital, n)| {
            let origin = if n % 3 == 0 { Origin::Device { model: None } } else { Origin::Manual };
            let reading =
                NewReading { id: id(n), vital, taken_at: Some(at(100)), origin, flags: Default::default() };
            let by =
                if n % 2 == 0 { EnteredBy::Household } else { EnteredBy::Clinician { person: id(NURSE) } };
            reading.accept(at(101), by)
        })
        .collect();
    let of = |age_years, scale, readings: &[Reading]| {
        let subject = Subject { age_years, pregnant: false, scale };
        VitalsView::of(id(SESSION), id(PATIENT), &subject, readings, at(120))
    };
    vec![
        of(93, Spo2Scale::One, &readings),
        of(93, Spo2Scale::Two { set_by: id(DOCTOR), set_at: at(110) }, &[]),
        of(12, Spo2Scale::One, &[]),
    ]
}
