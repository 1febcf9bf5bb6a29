//! Nights to write records of: facts as the engine stores them, with fictitious people of a fictitious district.

#[path = "cast.rs"]
mod cast;
#[path = "kit.rs"]
mod kit;

use std::collections::BTreeSet;

use cast::{DOCTOR, NURSE, VISITOR, record, session, uuid};
pub use kit::spo2;
use kit::{device, number, pressure, pulse, respiration, simulated, temperature};
use yoban_domain::encounter::{Record, Signed};
use yoban_domain::fact::{Fact, FactKind};
use yoban_domain::id::{LegId, PatientId, PersonId};
use yoban_domain::mode::{MediaMode, ServiceKind};
use yoban_domain::people::{Actor, Role, Who};
use yoban_domain::private::Private;
use yoban_domain::session::{
    ConsentManner, Disposition, IdentityMethod, LegRole, Outcome, Participant, RedFlag, Sbar, Urgency,
};
use yoban_domain::time::{Span, Timestamp};
use yoban_domain::vitals::{
    Consciousness, EnteredBy, Flag, FlowUnit, GlucoseUnit, MassUnit, NewReading, Origin, OxygenFlow,
    PressureUnit, Supply, TemperatureUnit, Vital,
};

/// 2026-11-21 23:40:00 in Tokyo.
pub const TAP: Timestamp = Timestamp(1_795_272_000_000);

/// What a test or an example reads.
pub struct Story {
    /// File name.
    pub name: &'static str,
    /// The log.
    pub facts: Vec<Fact>,
    /// Its fold with names.
    pub record: Record,
    /// The signature, where signed.
    pub signed: Option<Signed>,
}

/// The nurse of the desk.
pub fn nurse() -> PersonId {
    PersonId(uuid(NURSE))
}

/// A colleague of hers.
pub fn colleague() -> PersonId {
    PersonId(uuid(VISITOR))
}

/// The doctor on duty.
pub fn doctor() -> PersonId {
    PersonId(uuid(DOCTOR))
}

/// A log under construction.
pub struct Night {
    facts: Vec<Fact>,
    now: Timestamp,
    readings: u32,
}

impl Night {
    /// The patient has just tapped.
    pub fn begins() -> Self {
        let mut night = Self { facts: Vec::new(), now: TAP, readings: 0 };
        night.tablet(FactKind::CaseOpened);
        night.tablet(FactKind::SessionRequested { leg: leg(1) });
        night.system(FactKind::RingStarted {
            leg: leg(2),
            person: nurse(),
            role: LegRole::DeskNurse,
            round: 1,
        });
        night
    }

    fn fact(&mut self, who: Who, kind: FactKind) {
        let seq = i64::try_from(self.facts.len()).unwrap_or_default() + 1;
        self.facts.push(Fact {
            case: uuid(2).into(),
            seq,
            at: self.now,
            by: Actor { who, association: uuid(3).into(), device: None },
            session: Some(session()),
            kind,
        });
    }

    pub fn tablet(&mut self, kind: FactKind) {
        self.fact(Who::Tablet { patient: PatientId(uuid(4)) }, kind);
    }

    pub fn system(&mut self, kind: FactKind) {
        self.fact(Who::System, kind);
    }

    pub fn nurse(&mut self, kind: FactKind) {
        let (person, role) = (nurse(), Role::DeskNurse);
        self.fact(Who::Staff { person, role }, kind);
    }

    pub fn doctor(&mut self, kind: FactKind) {
        let (person, role) = (doctor(), Role::Doctor);
        self.fact(Who::Staff { person, role }, kind);
    }

    pub fn pass(&mut self, seconds: i64) {
        self.now = self.now.plus(Span::seconds(seconds));
    }

    /// A reading that took `late` seconds to arrive (negative: its clock runs ahead).
    pub fn measured(&mut self, vital: Vital, origin: Origin, flags: &[Flag], late: i64) {
        self.readings += 1;
        let by = EnteredBy::Clinician { person: nurse() };
        let reading = NewReading {
            id: uuid(1000 + self.readings).into(),
            vital,
            taken_at: Some(self.now.minus(Span::seconds(late))),
            origin,
            flags: flags.iter().copied().collect::<BTreeSet<_>>(),
        };
        let reading = Private::new(reading.accept(self.now, by));
        self.tablet(FactKind::ReadingStored { reading });
    }

    fn answered(&mut self) {
        self.pass(9);
        self.nurse(FactKind::Accepted {
            leg: leg(2),
            who: Participant::Staff { person: nurse() },
            role: LegRole::DeskNurse,
        });
        self.system(FactKind::GateOpened { leg: leg(2) });
        self.mode(ServiceKind::NurseAdvice, MediaMode::None, false);
        self.pass(3);
        self.mode(ServiceKind::NurseAdvice, MediaMode::VideoAudio, false);
    }

    fn mode(&mut self, kind: ServiceKind, mode: MediaMode, nurse_present: bool) {
        self.system(FactKind::ModeChanged { kind, mode, nurse_present });
    }

    fn assessed(&mut self, found: Vec<RedFlag>, urgency: Urgency, sbar: [&str; 4]) {
        self.pass(25);
        self.nurse(FactKind::IdentityChecked { method: IdentityMethod::TabletAndFace });
        self.pass(20);
        self.nurse(FactKind::RedFlagsScreened { found });
        self.pass(30);
        self.nurse(FactKind::UrgencySet { urgency });
        let [situation, background, assessment, recommendation] =
            sbar.map(|text| Private::new(text.to_owned()));
        self.nurse(FactKind::SbarWritten {
            sbar: Private::new(Sbar { situation, background, assessment, recommendation }),
        });
    }

    fn decided(&mut self, by_doctor: bool, outcome: Outcome, advice: &str) {
        let disposition =
            Private::new(Disposition { outcome, advice: advice.to_owned().into(), reason_online: None });
        let kind = FactKind::Disposed { disposition };
        if by_doctor {
            self.doctor(kind);
        } else {
            self.nurse(kind);
        }
    }

    fn ended(&mut self, by_doctor: bool) {
        if by_doctor {
            self.doctor(FactKind::EndAsked);
        } else {
            self.nurse(FactKind::EndAsked);
        }
        self.pass(10);
        for n in 1..=3 {
            self.system(FactKind::Left { leg: leg(n), gave_up: false });
        }
        self.system(FactKind::Ended);
    }

    /// Folds the log; `by` signs two minutes later.
    pub fn story(mut self, name: &'static str, by: Option<PersonId>) -> Story {
        let record = record(&self.facts);
        self.pass(120);
        let signed = by.map(|by| Signed {
            version: 1,
            digest: "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef".to_owned(),
            by,
            at: self.now,
            record: record.clone(),
        });
        if let Some(signed) = &signed {
            let kind = FactKind::Signed { version: signed.version, digest: signed.digest.clone() };
            if signed.by == doctor() {
                self.doctor(kind);
            } else {
                self.nurse(kind);
            }
        }
        Story { name, facts: self.facts, record, signed }
    }
}

fn leg(n: u32) -> LegId {
    uuid(100 + n).into()
}

fn vitals_with_everything(night: &mut Night) {
    use Flag as F;
    let oximeter = || device("Nonin 3230");
    for (i, (sat, beat)) in
        [("91", "104"), ("90", "106"), ("92", "102"), ("93", "99")].into_iter().enumerate()
    {
        night.measured(spo2(sat), oximeter(), &[F::Ongoing], 1);
        night.measured(pulse(beat), oximeter(), &[F::Ongoing], 1);
        if i == 1 {
            night.measured(spo2("71"), oximeter(), &[F::NotOnUser], 1);
        }
        night.pass(20);
    }
    night.measured(temperature("37.80", TemperatureUnit::Celsius), device("UT-201BLE"), &[], 5);
    let cuff = || device("UA-651BLE");
    night.measured(pressure("148", Some("86"), PressureUnit::MmHg), cuff(), &[F::IrregularPulse], 2);
    night.measured(pressure("20.1", Some("11.5"), PressureUnit::KPa), cuff(), &[F::Movement], 2);
    night.measured(pressure("150", None, PressureUnit::MmHg), Origin::Manual, &[], 0);
    night.measured(respiration("24"), Origin::Manual, &[], 0);
    let level = Consciousness::Alert;
    night.measured(Vital::Consciousness { level }, Origin::Manual, &[], 0);
    let flow = Some(OxygenFlow { value: number("1.5"), unit: FlowUnit::LitrePerMinute });
    night.measured(Vital::Oxygen { supply: Supply::Oxygen { flow } }, Origin::Manual, &[], 0);
    night.measured(
        Vital::Weight { value: number("48.15"), unit: MassUnit::Kilogram },
        device("UC-352BLE"),
        &[F::FromMemory],
        7 * 3600,
    );
    night.measured(
        Vital::Glucose { value: number("6.2"), unit: GlucoseUnit::MmolPerL },
        device("TaiDoc TD-4289"),
        &[],
        3,
    );
    night.measured(spo2("250"), oximeter(), &[], 1);
    night.measured(spo2("94"), oximeter(), &[], -600);
    night.measured(temperature("36.6", TemperatureUnit::Celsius), simulated("kit"), &[], 0);
    night.measured(temperature("98.6", TemperatureUnit::Fahrenheit), device("UT-201BLE"), &[F::Test], 0);
}

const BREATHLESS: [&str; 4] = [
    "1時間前から息苦しさが強くなった。横になれない。",
    "慢性心不全、COPD。在宅酸素1 L/分。2日前から足のむくみ。",
    "会話は続けられる。顔色やや不良。SpO2は普段95 %前後。",
    "今夜中の診察の要否を15分以内に判断してほしい。",
];

/// Nurse, then doctor, many readings, spoken and tapped consent, a house call; signed.
pub fn answered() -> Story {
    let mut night = Night::begins();
    night.answered();
    night.assessed(vec![RedFlag::Breathing], Urgency::Orange, BREATHLESS);
    vitals_with_everything(&mut night);
    night.nurse(FactKind::RingStarted { leg: leg(3), person: doctor(), role: LegRole::DutyDoctor, round: 0 });
    night.pass(14);
    night.doctor(FactKind::Accepted {
        leg: leg(3),
        who: Participant::Staff { person: doctor() },
        role: LegRole::DutyDoctor,
    });
    night.system(FactKind::JoinConsentAsked { leg: leg(3) });
    night.pass(6);
    night.tablet(FactKind::JoinConsentGiven { leg: leg(3), how: ConsentManner::OnTablet });
    night.system(FactKind::GateOpened { leg: leg(3) });
    night.mode(ServiceKind::DoctorAdvice, MediaMode::VideoAudio, false);
    night.pass(95);
    night.mode(ServiceKind::DoctorAdvice, MediaMode::Audio, false);
    night.pass(22);
    night.mode(ServiceKind::DoctorAdvice, MediaMode::VideoAudio, false);
    night.pass(1200);
    night.measured(spo2("89"), device("Nonin 3230"), &[Flag::Ongoing], 1);
    night.measured(pulse("110"), device("Nonin 3230"), &[Flag::Ongoing], 1);
    night.pass(20);
    night.measured(spo2("90"), device("Nonin 3230"), &[Flag::Ongoing], 1);
    night.measured(pulse("108"), device("Nonin 3230"), &[Flag::LowPerfusion], 1);
    night.doctor(FactKind::NoteWritten {
        text: "心不全の増悪を疑う。往診して利尿薬の静注を検討する。\n救急搬送の希望は現時点でなし。"
            .to_owned()
            .into(),
    });
    night.decided(
        true,
        Outcome::HouseCall,
        "これから医師がうかがいます。座ったまま楽な姿勢でお待ちください。苦しくなったら119番へ。",
    );
    night.pass(30);
    night.ended(true);
    night.story("answered", Some(doctor()))
}

/// The nurse alone, few readings, a second look in the morning; not signed yet.
pub fn nurse_only() -> Story {
    let mut night = Night::begins();
    night.answered();
    night.assessed(
        vec![],
        Urgency::Green,
        ["眠れない、少し不安。", "慢性心不全、COPD。", "バイタルは普段どおり。", ""],
    );
    night.measured(spo2("96"), simulated("oximeter"), &[], 1);
    night.measured(pulse("72"), simulated("oximeter"), &[], 1);
    let supply = Supply::Air;
    night.measured(Vital::Oxygen { supply }, Origin::Manual, &[], 0);
    night.pass(60);
    night.decided(
        false,
        Outcome::RecheckAt { at: TAP.plus(Span::minutes(400)) },
        "朝6時ごろにもう一度お電話します。",
    );
    night.ended(false);
    night.story("nurse-only", None)
}

/// Taken back before anybody answered; the desk made sure that all is well.
pub fn cancelled() -> Story {
    let mut night = Night::begins();
    night.pass(7);
    night.tablet(FactKind::Cancelled);
    night.system(FactKind::Withdrawn { leg: leg(2), taken_by: None });
    night.system(FactKind::Ended);
    night.pass(240);
    night.decided(
        false,
        Outcome::CancelledAndChecked,
        "お電話で無事を確認しました。またいつでも押してください。",
    );
    night.story("cancelled", Some(nurse()))
}

/// Recorded, then the patient withdrew; the doctor was refused at the door.
pub fn recorded() -> Story {
    let mut night = Night::begins();
    night.answered();
    let answer = |n, yes, withdrawal| FactKind::RecordingAnswered { leg: leg(n), yes, withdrawal };
    night.pass(5);
    night.nurse(FactKind::RecordingAsked);
    night.nurse(answer(2, true, false));
    night.pass(4);
    night.tablet(answer(1, true, false));
    night.system(FactKind::RecordingStarted);
    night.pass(70);
    night.doctor(FactKind::Accepted {
        leg: leg(3),
        who: Participant::Staff { person: doctor() },
        role: LegRole::DutyDoctor,
    });
    night.system(FactKind::JoinConsentAsked { leg: leg(3) });
    night.tablet(FactKind::JoinConsentRefused { leg: leg(3) });
    night.pass(20);
    night.tablet(answer(1, false, true));
    night.system(FactKind::RecordingPaused);
    night.system(FactKind::RecordingFinished { tracks: 4, digest: "ab".repeat(32) });
    night.assessed(vec![], Urgency::Yellow, ["腰が痛い。", "", "", ""]);
    night.measured(temperature("36.4", TemperatureUnit::Celsius), Origin::Manual, &[], 0);
    night.decided(false, Outcome::NurseVisit, "訪問看護師が朝までにうかがいます。");
    night.ended(false);
    night.story("recorded", Some(nurse()))
}

/// A patient whose blood holds too much carbon dioxide: the doctor sets the scale that goes for such patients.
pub fn scaled() -> Story {
    let mut night = Night::begins();
    night.answered();
    night.assessed(vec![RedFlag::Breathing], Urgency::Yellow, BREATHLESS);
    night.measured(spo2("89"), device("Nonin 3230"), &[], 1);
    night.doctor(FactKind::Accepted {
        leg: leg(3),
        who: Participant::Staff { person: doctor() },
        role: LegRole::DutyDoctor,
    });
    night.tablet(FactKind::JoinConsentGiven { leg: leg(3), how: ConsentManner::OnTablet });
    night.system(FactKind::GateOpened { leg: leg(3) });
    night.pass(40);
    night.doctor(FactKind::OxygenScaleSet {
        scale2: true,
        reason: "CO2ナルコーシスの既往。目標SpO2 88–92 %。".to_owned().into(),
    });
    night.pass(60);
    night.decided(true, Outcome::Advice, "酸素はこのままの量で続けてください。");
    night.ended(true);
    night.story("scaled", Some(doctor()))
}

/// A doctor was let in, left, came back and was refused; a second nurse was refused and later came by the tap.
pub fn asked_again() -> Story {
    let mut night = Night::begins();
    night.answered();
    let accepts =
        |n, person, role| FactKind::Accepted { leg: leg(n), who: Participant::Staff { person }, role };
    night.doctor(accepts(3, doctor(), LegRole::DutyDoctor));
    night
        .tablet(FactKind::JoinConsentGiven { leg: leg(3), how: ConsentManner::Spoken { heard_by: nurse() } });
    night.system(FactKind::GateOpened { leg: leg(3) });
    night.pass(60);
    night.doctor(FactKind::Left { leg: leg(3), gave_up: false });
    night.pass(60);
    night.doctor(FactKind::CameBack { leg: leg(3) });
    night.system(FactKind::JoinConsentAsked { leg: leg(3) });
    night.tablet(FactKind::JoinConsentRefused { leg: leg(3) });
    night.system(FactKind::Left { leg: leg(3), gave_up: false });
    night.nurse(accepts(4, colleague(), LegRole::DeskNurse));
    night.system(FactKind::JoinConsentAsked { leg: leg(4) });
    night.tablet(FactKind::JoinConsentRefused { leg: leg(4) });
    night.pass(60);
    night.system(FactKind::GateOpened { leg: leg(4) });
    night.pass(60);
    night.decided(false, Outcome::Advice, "朝まで様子を見ましょう。");
    night.ended(false);
    night.story("asked-again", Some(nurse()))
}

/// A colleague the patient said yes to goes on with the call on another computer; the end is asked for and taken back.
pub fn moved() -> Story {
    let mut night = Night::begins();
    night.answered();
    let who = Participant::Staff { person: colleague() };
    night.nurse(FactKind::Accepted { leg: leg(4), who, role: LegRole::DeskNurse });
    night.system(FactKind::JoinConsentAsked { leg: leg(4) });
    night.pass(20);
    night.tablet(FactKind::JoinConsentGiven { leg: leg(4), how: ConsentManner::OnTablet });
    night.system(FactKind::GateOpened { leg: leg(4) });
    night.pass(60);
    night.nurse(FactKind::DeviceChanged { leg: leg(4) });
    night.pass(60);
    night.nurse(FactKind::EndAsked);
    night.system(FactKind::GateClosed { leg: leg(4) });
    night.pass(5);
    night.nurse(FactKind::EndUndone);
    night.system(FactKind::GateOpened { leg: leg(4) });
    night.pass(60);
    night.decided(false, Outcome::Advice, "朝まで様子を見ましょう。");
    night.ended(false);
    night.story("moved", Some(nurse()))
}

/// All stories.
pub fn all() -> Vec<Story> {
    vec![answered(), nurse_only(), cancelled(), recorded(), scaled(), asked_again()]
}
