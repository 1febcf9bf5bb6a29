//! The fictitious people of the stories, and the record of a log with their names.

use uuid::Uuid;
use yoban_domain::encounter::{Encounter, Record};
use yoban_domain::fact::Fact;
use yoban_domain::id::{InstitutionId, PatientId, PersonId, SessionId};
use yoban_domain::org::{Association, Institution, InstitutionKind, OnlineNotice};
use yoban_domain::people::{Name, Patient, Person, Registration, Role, Sex, Summary};
use yoban_domain::private::Private;
use yoban_domain::time::Timestamp;

pub const NURSE: u32 = 11;
pub const DOCTOR: u32 = 12;
pub const VISITOR: u32 = 13;
const CLINIC: u32 = 22;
const DESK: u32 = 21;
const STATION: u32 = 23;

pub fn uuid(n: u32) -> Uuid {
    // The shape of a UUIDv7, so that ids look as they will.
    Uuid::from_u128(0x019a_a700_0000_7000_8000_0000_0000_0000 + u128::from(n))
}

pub fn session() -> SessionId {
    uuid(1).into()
}

fn name(kanji: &str, kana: &str, latin: &str) -> Name {
    Name { kanji: kanji.to_owned().into(), kana: kana.to_owned().into(), latin: latin.to_owned().into() }
}

/// The record of a log.
pub fn record(facts: &[Fact]) -> Record {
    let association = uuid(3).into();
    let institution = |n: u32, kind, code: &str, ja: &str, en: &str| Institution {
        id: InstitutionId(uuid(n)),
        association,
        kind,
        code: code.to_owned(),
        name: ja.to_owned(),
        name_en: en.to_owned(),
        phone: format!("03-0000-00{n}"),
        notice: (n == CLINIC).then(|| OnlineNotice {
            number: "13-0042".to_owned(),
            valid_from: Timestamp(0),
            valid_until: None,
        }),
    };
    let person = |n: u32, at: u32, role, name, registration| Person {
        id: PersonId(uuid(n)),
        association,
        institution: InstitutionId(uuid(at)),
        role,
        name,
        registration,
    };
    let patient = Patient {
        id: PatientId(uuid(4)),
        association,
        institution: InstitutionId(uuid(CLINIC)),
        number: "00012345".to_owned().into(),
        name: name("月島 ふみ", "ツキシマ フミ", "Fumi Tsukishima"),
        birth_date: "1939-02-11".to_owned().into(),
        sex: Sex::Female,
        address: "〒000-0000 星見県よるの市灯町1-2-3".to_owned().into(),
        phone: "03-0000-0004".to_owned().into(),
        summary: Private::new(Summary {
            conditions: vec!["慢性心不全".to_owned(), "慢性閉塞性肺疾患".to_owned()],
            allergies: vec!["ペニシリン".to_owned()],
            medications: vec!["在宅酸素 1 L/分".to_owned(), "フロセミド".to_owned()],
            wishes: vec!["急変時は長女へ連絡".to_owned()],
            notices: vec!["鍵は玄関横のボックス".to_owned()],
        }),
        primary_doctor: Some(PersonId(uuid(DOCTOR))),
        care_plan: None,
        pregnant: false,
        oxygen_scale2: None,
    };
    let registration = Registration { year: 1998, number: "399999".to_owned().into() };
    Record {
        encounter: Encounter::fold(session(), patient.id, facts)
            .unwrap_or_else(|| unreachable!("the facts of a story are of its session")),
        patient,
        association: Association {
            id: association,
            name: "よるの市医師会".to_owned(),
            name_en: "Yoruno City Medical Association".to_owned(),
            zone: "Asia/Tokyo".to_owned(),
            desk_phone: "03-0000-0001".to_owned(),
        },
        people: vec![
            person(NURSE, DESK, Role::DeskNurse, name("灯野 あかり", "ヒノ アカリ", "Akari Hino"), None),
            person(
                DOCTOR,
                CLINIC,
                Role::Doctor,
                name("髙橋 暁", "タカハシ アキラ", "Akira Takahashi"),
                Some(registration),
            ),
            person(
                VISITOR,
                STATION,
                Role::VisitingNurse,
                name("𠮷野 渚", "ヨシノ ナギサ", "Nagisa Yoshino"),
                None,
            ),
        ],
        institutions: vec![
            institution(
                DESK,
                InstitutionKind::Desk,
                "",
                "よるの市 夜間連携窓口",
                "Yoruno night liaison desk",
            ),
            institution(
                CLINIC,
                InstitutionKind::Medical,
                "1319999991",
                "灯町在宅クリニック",
                "Akaricho Home Care Clinic",
            ),
            institution(
                STATION,
                InstitutionKind::NurseStation,
                "1369999992",
                "なぎさ訪問看護ステーション",
                "Nagisa Visiting Nurses",
            ),
        ],
    }
}
