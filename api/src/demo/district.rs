//! Who lives and works in the fictitious district, drawn from a seed. Every name is invented; institution codes begin
//! with 99, a prefecture that does not exist; telephone numbers begin with 03-0000, which is nobody's.
//!
//! The parts are the same for every seed (who is a nurse, who has a plan), so that a story can be played in any
//! district; the usual seed gives the cast their well-known names.

use ring::digest::{SHA256, digest};
use uuid::Uuid;
use yoban_domain::duty::Line;
use yoban_domain::equipment::{Equipment, EquipmentCard, EquipmentKind, Home};
use yoban_domain::id::{AssociationId, DeviceId, InstitutionId, PatientId, PersonId};
use yoban_domain::org::{Association, Institution, InstitutionKind, OnlineNotice};
use yoban_domain::people::{Name, Patient, Person, Registration, Role, Sex};
use yoban_domain::plan::CarePlan;
use yoban_domain::private::Private;
use yoban_domain::session::VideoCodec;
use yoban_domain::time::{Span, Timestamp};

use super::OnLine;
use super::names::{BIRDS, FAMILY, MEN, WATERS, WOMEN, Written};
use super::patients::{born, summary};
use super::seed::Seed;

const YEAR: Span = Span(365 * 24 * 3_600_000);
/// The district of everybody who names no seed.
pub const USUAL_SEED: u64 = 1;
/// How many live here.
const PATIENTS: usize = 8;

/// Everybody and everything.
pub struct District {
    /// The association.
    pub association: Association,
    /// Its institutions.
    pub institutions: Vec<Institution>,
    /// Staff, each with the line they hold at night. Doctors without a line are their patients' own.
    pub staff: Vec<(Person, OnLine)>,
    /// Patients with their lent tablets.
    pub patients: Vec<(Patient, DeviceId)>,
    /// Cameras and displays.
    pub equipment: Vec<Equipment>,
}

impl District {
    /// So many patients more, each with a tablet, as like one another as people in a list can be.
    pub(super) fn grow(&mut self, tablets: u16) {
        let Some((like, _)) = self.patients.last().cloned() else {
            return;
        };
        for n in 1..=tablets {
            let key = format!("neighbour-{n}");
            let mut patient = like.clone();
            patient.id = PatientId(id(&key));
            patient.number = text(&format!("{:06}", 1_000 + u32::from(n)));
            patient.name = Name {
                kanji: text(&format!("星見 住民{n}")),
                kana: text(&format!("ホシミ ジュウミン{n}")),
                latin: text(&format!("Neighbour {n} Hoshimi")),
            };
            self.patients.push((patient, DeviceId(id(&format!("tablet/{key}")))));
        }
    }
}

/// The id that goes with a name: the same at every start, whatever the seed.
pub(super) fn id(name: &str) -> Uuid {
    let sum = digest(&SHA256, format!("yoban demo district/{name}").as_bytes());
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(sum.as_ref()) {
        *to = *from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn uuid_of(seed: Seed, name: &str) -> Uuid {
    id(&format!("{}/{name}", seed.0))
}

pub(super) fn text(text: &str) -> Private<String> {
    text.to_owned().into()
}

/// The usual district's cast, family and given name.
const CAST: [(&str, Written, Written); 8] = [
    ("nurse-1", ("宵町", "ヨイマチ", "Yoimachi"), ("かおる", "カオル", "Kaoru")),
    ("nurse-2", ("有明", "アリアケ", "Ariake"), ("みのり", "ミノリ", "Minori")),
    ("doctor-1", ("暁", "アカツキ", "Akatsuki"), ("遼", "リョウ", "Ryo")),
    ("doctor-2", ("夕霧", "ユウギリ", "Yugiri"), ("千尋", "チヒロ", "Chihiro")),
    ("visitor-1", ("東雲", "シノノメ", "Shinonome"), ("まこと", "マコト", "Makoto")),
    ("patient-1", ("月岡", "ツキオカ", "Tsukioka"), ("はな", "ハナ", "Hana")),
    ("patient-2", ("星川", "ホシカワ", "Hoshikawa"), ("正", "タダシ", "Tadashi")),
    ("patient-3", ("朝比奈", "アサヒナ", "Asahina"), ("ふみ", "フミ", "Fumi")),
];

/// Gives names away, no family name twice.
struct Names {
    seed: Seed,
    family: Vec<Written>,
    women: Vec<Written>,
    men: Vec<Written>,
    given: usize,
}

impl Names {
    fn of(seed: Seed) -> Self {
        let cast = |names: &[Written], at: fn(&(&str, Written, Written)) -> Written| {
            let known = |name: &Written| seed.0 == USUAL_SEED && CAST.iter().any(|c| at(c) == *name);
            names.iter().copied().filter(|name| !known(name)).collect::<Vec<_>>()
        };
        Self {
            seed,
            family: seed.shuffled("family", &cast(&FAMILY, |c| c.1)),
            women: seed.shuffled("women", &cast(&WOMEN, |c| c.2)),
            men: seed.shuffled("men", &cast(&MEN, |c| c.2)),
            given: 0,
        }
    }

    fn next(&mut self, key: &str, sex: Sex) -> Name {
        let of_cast = CAST.iter().find(|c| self.seed.0 == USUAL_SEED && c.0 == key);
        let (family, given) = of_cast.map_or_else(
            || {
                self.given += 1;
                let pool = if sex == Sex::Male { &self.men } else { &self.women };
                let given = pool.get(self.given % pool.len().max(1)).copied();
                (self.family.pop().unwrap_or_default(), given.unwrap_or_default())
            },
            |c| (c.1, c.2),
        );
        Name {
            kanji: format!("{} {}", family.0, given.0).into(),
            kana: format!("{} {}", family.1, given.1).into(),
            latin: format!("{} {}", given.2, family.2).into(),
        }
    }

    fn sex(&self, key: &str) -> Sex {
        let male = match (self.seed.0 == USUAL_SEED, key) {
            (true, "patient-2" | "doctor-1") => true,
            (true, _) if CAST.iter().any(|c| c.0 == key) => false,
            _ => self.seed.below(&format!("sex/{key}"), 2) == 0,
        };
        if male { Sex::Male } else { Sex::Female }
    }
}

fn institutions(seed: Seed, home: AssociationId, now: Timestamp) -> Vec<Institution> {
    let (birds, waters) = if seed.0 == USUAL_SEED {
        (BIRDS.to_vec(), WATERS.to_vec())
    } else {
        (seed.shuffled("birds", &BIRDS), seed.shuffled("waters", &WATERS))
    };
    let mut all = vec![(
        "desk",
        InstitutionKind::Desk,
        "星見区 夜間連携窓口".into(),
        "Hoshimi night liaison desk".into(),
    )];
    let clinics = ["clinic-1", "clinic-2", "clinic-3", "clinic-4"];
    let called = [
        ("クリニック", "Clinic"),
        ("内科", "Internal Medicine"),
        ("在宅診療所", "Home Care Clinic"),
        ("医院", "Surgery"),
    ];
    for ((key, bird), what) in clinics.into_iter().zip(birds).zip(called) {
        let named = (format!("{}{}", bird.0, what.0), format!("{} {}", bird.1, what.1));
        all.push((key, InstitutionKind::Medical, named.0, named.1));
    }
    for (key, water) in ["station-1", "station-2"].into_iter().zip(waters) {
        let named = (format!("{}訪問看護ステーション", water.0), format!("{} Nurse Station", water.1));
        all.push((key, InstitutionKind::NurseStation, named.0, named.1));
    }
    let of =
        |(n, (key, kind, name, name_en)): (usize, (&str, InstitutionKind, String, String))| Institution {
            id: InstitutionId(uuid_of(seed, key)),
            association: home,
            kind,
            // Two digits of prefecture, one of kind (6: visiting nurses), seven of number.
            code: format!("99{}{:07}", if kind == InstitutionKind::NurseStation { 6 } else { 1 }, n + 1),
            name,
            name_en,
            phone: format!("03-0000-{:04}", 100 + n),
            // The second clinic gives no online care: what then may not happen is part of the story.
            notice: (kind == InstitutionKind::Medical && key != "clinic-2").then(|| OnlineNotice {
                number: format!("デモ第{n}号"),
                valid_from: now.minus(YEAR),
                valid_until: None,
            }),
        };
    all.into_iter().enumerate().map(of).collect()
}

/// The district of a seed as it is at `now`.
pub fn district(seed: u64, now: Timestamp) -> District {
    let seed = Seed(seed);
    // One for all seeds: it tells the demo's data from real ones.
    let home = AssociationId(id("association"));
    let institutions = institutions(seed, home, now);
    let mut names = Names::of(seed);
    let parts = [
        ("nurse-1", "desk", Role::DeskNurse, Some(Line::Desk)),
        ("nurse-2", "desk", Role::DeskNurse, Some(Line::Desk)),
        ("doctor-1", "clinic-1", Role::Doctor, Some(Line::DutyDoctor)),
        ("doctor-2", "clinic-2", Role::Doctor, Some(Line::DutyDoctor)),
        ("visitor-1", "station-1", Role::VisitingNurse, Some(Line::VisitingNurse)),
        ("visitor-2", "station-2", Role::VisitingNurse, Some(Line::VisitingNurse)),
        ("doctor-3", "clinic-3", Role::Doctor, None),
        ("doctor-4", "clinic-4", Role::Doctor, None),
    ];
    let mut member = |(key, at, role, line): (&str, &str, Role, OnLine)| {
        let sex = names.sex(key);
        let year = match (seed.0 == USUAL_SEED, key) {
            (true, "doctor-1") => 2009,
            _ => 1985 + seed.below(&format!("year/{key}"), 30),
        };
        let person = Person {
            id: PersonId(uuid_of(seed, key)),
            association: home,
            institution: InstitutionId(uuid_of(seed, at)),
            role,
            name: names.next(key, sex),
            registration: (role == Role::Doctor)
                .then(|| Registration { year: u16::try_from(year).unwrap_or(2000), number: text("000000") }),
        };
        (person, line)
    };
    let staff: Vec<_> = parts.into_iter().map(&mut member).collect();
    let patients = (0..PATIENTS).map(|n| patient(seed, &mut names, home, n, now)).collect();
    let association = Association {
        id: home,
        name: "星見区医師会（デモ）".into(),
        name_en: "Hoshimi Medical Association (demo)".into(),
        zone: "Asia/Tokyo".into(),
        desk_phone: "03-0000-0199".into(),
    };
    let equipment = |key: &str, home_of, kind, name: &str, name_en: &str, video: &[VideoCodec]| {
        let device = DeviceId(uuid_of(seed, &format!("equipment/{key}")));
        let card = EquipmentCard { device, kind, name: name.into(), name_en: name_en.into() };
        Equipment { id: device, association: home, home: home_of, card, video: video.to_vec() }
    };
    let bedside = |key: &str| Home::Patient { patient: PatientId(uuid_of(seed, key)) };
    let equipment = vec![
        equipment(
            "camera-1",
            bedside("patient-1"),
            EquipmentKind::BedsideCamera,
            "ベッドサイドカメラ",
            "Bedside camera",
            &[VideoCodec::Vp8, VideoCodec::H264],
        ),
        // As most cameras with an encoder in hardware.
        equipment(
            "camera-2",
            bedside("patient-2"),
            EquipmentKind::BedsideCamera,
            "ベッドサイドカメラ",
            "Bedside camera",
            &[VideoCodec::H264],
        ),
        equipment(
            "display-1",
            Home::Institution { institution: InstitutionId(uuid_of(seed, "desk")) },
            EquipmentKind::WallDisplay,
            "窓口の壁面ディスプレイ",
            "Wall display at the desk",
            &[VideoCodec::Vp8, VideoCodec::H264],
        ),
    ];
    District { association, institutions, staff, patients, equipment }
}

fn patient(
    seed: Seed,
    names: &mut Names,
    home: AssociationId,
    n: usize,
    now: Timestamp,
) -> (Patient, DeviceId) {
    let key = format!("patient-{}", n + 1);
    let sex = names.sex(&key);
    // The cast belongs to the first clinic; the others to one of those with a doctor of their own.
    let own = if n < 3 { 1 } else { [1, 3, 4].get(n % 3).copied().unwrap_or(1) };
    let doctor = PersonId(uuid_of(seed, &format!("doctor-{own}")));
    let plan = CarePlan {
        named_doctors: vec![doctor],
        emergency_institution: text("星見区医師会病院（03-0000-0119）"),
        in_person_conditions: text(
            "息苦しさが強い、意識がはっきりしない、通信が途切れるときは往診または救急",
        ),
        agreed_at: now.minus(YEAR),
        valid_until: now.plus(YEAR),
    };
    let draw = |what: &str, end| seed.below(&format!("{what}/{key}"), end);
    let patient = Patient {
        id: PatientId(uuid_of(seed, &key)),
        association: home,
        institution: InstitutionId(uuid_of(seed, &format!("clinic-{own}"))),
        number: text(&format!("{:06}", 101 + n)),
        name: names.next(&key, sex),
        birth_date: text(&born(seed, &key)),
        sex,
        address: text(&match (seed.0 == USUAL_SEED, n) {
            (true, 0) => "〒999-0001 東京都星見区天ノ川一丁目2-3".to_owned(),
            _ => format!(
                "〒999-{:04} 東京都星見区天ノ川{}丁目{}-{}",
                1 + draw("post", 40),
                1 + draw("block", 6),
                1 + draw("lot", 20),
                1 + draw("house", 15)
            ),
        }),
        phone: text(&format!("03-0000-{:04}", 201 + n)),
        summary: Private::new(summary(seed, &key)),
        primary_doctor: Some(doctor),
        // Patients two and three agreed to no plan: an online examination is refused for them, and said why.
        care_plan: (n != 1 && n != 2).then_some(plan),
        pregnant: false,
        oxygen_scale2: None,
    };
    (patient, DeviceId(uuid_of(seed, &format!("tablet/{key}"))))
}
