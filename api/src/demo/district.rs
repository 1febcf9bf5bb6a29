//! Who lives and works in the fictitious district. Every name is invented; institution codes begin with 99, a
//! prefecture that does not exist.

use ring::digest::{SHA256, digest};
use uuid::Uuid;
use yoban_domain::duty::Line;
use yoban_domain::id::{AssociationId, DeviceId, InstitutionId, PatientId, PersonId};
use yoban_domain::org::{Association, Institution, InstitutionKind, OnlineNotice};
use yoban_domain::people::{Name, Patient, Person, Registration, Role, Sex, Summary};
use yoban_domain::plan::CarePlan;
use yoban_domain::private::Private;
use yoban_domain::time::{Span, Timestamp};

use super::OnLine;

const YEAR: Span = Span(365 * 24 * 3_600_000);

/// Everybody and everything.
pub struct District {
    /// The association.
    pub association: Association,
    /// Its institutions.
    pub institutions: Vec<Institution>,
    /// Staff, each with the line they hold.
    pub staff: Vec<(Person, OnLine)>,
    /// Patients with their lent tablets.
    pub patients: Vec<(Patient, DeviceId)>,
}

/// The id that goes with a name: the same at every start.
pub(super) fn id(name: &str) -> Uuid {
    let sum = digest(&SHA256, format!("yoban demo district/{name}").as_bytes());
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(sum.as_ref()) {
        *to = *from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn name(kanji: &str, kana: &str, latin: &str) -> Name {
    Name { kanji: kanji.to_owned().into(), kana: kana.to_owned().into(), latin: latin.to_owned().into() }
}

fn text(text: &str) -> Private<String> {
    text.to_owned().into()
}

/// The district as it is at `now`.
pub fn district(now: Timestamp) -> District {
    let home = AssociationId(id("association"));
    let place = |key: &str, kind, code: &str, name: &str, name_en: &str, notice: bool| Institution {
        id: InstitutionId(id(key)),
        association: home,
        kind,
        code: code.into(),
        name: name.into(),
        name_en: name_en.into(),
        phone: "03-0000-0100".into(),
        notice: notice.then(|| OnlineNotice {
            number: "デモ第1号".into(),
            valid_from: now.minus(YEAR),
            valid_until: None,
        }),
    };
    let institutions = vec![
        place(
            "desk",
            InstitutionKind::Desk,
            "9910000001",
            "星見区 夜間連携窓口",
            "Hoshimi night liaison desk",
            false,
        ),
        place("hibari", InstitutionKind::Medical, "9910000002", "ひばりクリニック", "Hibari Clinic", true),
        place(
            "kawasemi",
            InstitutionKind::Medical,
            "9910000003",
            "かわせみ内科",
            "Kawasemi Internal Medicine",
            false,
        ),
        place(
            "minamo",
            InstitutionKind::NurseStation,
            "9960000004",
            "みなも訪問看護ステーション",
            "Minamo Nurse Station",
            false,
        ),
    ];
    let person = |key: &str, at: &str, role, who: Name, year: Option<u16>| Person {
        id: PersonId(id(key)),
        association: home,
        institution: InstitutionId(id(at)),
        role,
        name: who,
        registration: year.map(|year| Registration { year, number: text("000000") }),
    };
    let staff = vec![
        (
            person(
                "nurse-1",
                "desk",
                Role::DeskNurse,
                name("宵町 かおる", "ヨイマチ カオル", "Kaoru Yoimachi"),
                None,
            ),
            Some(Line::Desk),
        ),
        (
            person(
                "nurse-2",
                "desk",
                Role::DeskNurse,
                name("有明 みのり", "アリアケ ミノリ", "Minori Ariake"),
                None,
            ),
            Some(Line::Desk),
        ),
        (
            person(
                "doctor-1",
                "hibari",
                Role::Doctor,
                name("暁 遼", "アカツキ リョウ", "Ryo Akatsuki"),
                Some(2009),
            ),
            Some(Line::DutyDoctor),
        ),
        (
            person(
                "doctor-2",
                "kawasemi",
                Role::Doctor,
                name("夕霧 千尋", "ユウギリ チヒロ", "Chihiro Yugiri"),
                Some(1998),
            ),
            Some(Line::DutyDoctor),
        ),
        (
            person(
                "visitor-1",
                "minamo",
                Role::VisitingNurse,
                name("東雲 まこと", "シノノメ マコト", "Makoto Shinonome"),
                None,
            ),
            Some(Line::VisitingNurse),
        ),
    ];
    let plan = CarePlan {
        named_doctors: vec![PersonId(id("doctor-1"))],
        emergency_institution: text("星見区医師会病院（03-0000-0119）"),
        in_person_conditions: text(
            "息苦しさが強い、意識がはっきりしない、通信が途切れるときは往診または救急",
        ),
        agreed_at: now.minus(YEAR),
        valid_until: now.plus(YEAR),
    };
    let lines = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
    let patient =
        |key: &str, number: &str, who: Name, born: &str, sex, plan: Option<CarePlan>, summary: Summary| {
            Patient {
                id: PatientId(id(key)),
                association: home,
                institution: InstitutionId(id("hibari")),
                number: text(number),
                name: who,
                birth_date: text(born),
                sex,
                address: text("〒999-0001 東京都星見区天ノ川一丁目2-3"),
                phone: text("03-0000-0201"),
                summary: Private::new(summary),
                primary_doctor: Some(PersonId(id("doctor-1"))),
                care_plan: plan,
                oxygen_scale2: None,
            }
        };
    let tablet = |key: &str| DeviceId(id(&format!("tablet/{key}")));
    let patients = vec![
        (
            patient(
                "patient-1",
                "000101",
                name("月岡 はな", "ツキオカ ハナ", "Hana Tsukioka"),
                "1942-02-11",
                Sex::Female,
                Some(plan),
                Summary {
                    conditions: lines(&["慢性心不全", "高血圧", "変形性膝関節症"]),
                    allergies: lines(&["ペニシリン"]),
                    medications: lines(&["フロセミド 20mg 朝", "エナラプリル 5mg 朝"]),
                    wishes: lines(&["できるだけ自宅で（ACP 2026-05）", "心肺蘇生は希望しない"]),
                    notices: lines(&["独居、長女が車で20分", "右耳が遠い"]),
                },
            ),
            tablet("patient-1"),
        ),
        (
            patient(
                "patient-2",
                "000102",
                name("星川 正", "ホシカワ タダシ", "Tadashi Hoshikawa"),
                "1938-09-30",
                Sex::Male,
                None,
                Summary {
                    conditions: lines(&["COPD", "2型糖尿病"]),
                    allergies: Vec::new(),
                    medications: lines(&["チオトロピウム吸入", "メトホルミン 500mg"]),
                    wishes: lines(&["入院も可"]),
                    notices: lines(&["妻と二人暮らし", "玄関に犬"]),
                },
            ),
            tablet("patient-2"),
        ),
        (
            patient(
                "patient-3",
                "000103",
                name("朝比奈 ふみ", "アサヒナ フミ", "Fumi Asahina"),
                "1950-12-05",
                Sex::Female,
                None,
                Summary {
                    conditions: lines(&["パーキンソン病"]),
                    allergies: Vec::new(),
                    medications: lines(&["レボドパ"]),
                    wishes: Vec::new(),
                    notices: lines(&["鍵はキーボックス"]),
                },
            ),
            tablet("patient-3"),
        ),
    ];
    let association = Association {
        id: home,
        name: "星見区医師会（デモ）".into(),
        name_en: "Hoshimi Medical Association (demo)".into(),
        zone: "Asia/Tokyo".into(),
        desk_phone: "03-0000-0199".into(),
    };
    District { association, institutions, staff, patients }
}
