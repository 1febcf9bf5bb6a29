//! What every district must be, whatever its seed.

use std::collections::BTreeSet;

use serde_json::Value;
use yoban_domain::duty::Line;
use yoban_domain::org::InstitutionKind;
use yoban_domain::people::Role;

use super::*;

const NOW: Timestamp = Timestamp(1_780_000_000_000);

fn written(d: &District) -> Value {
    serde_json::json!([
        d.association,
        d.institutions,
        d.staff.iter().map(|s| &s.0).collect::<Vec<_>>(),
        d.patients.iter().map(|p| &p.0).collect::<Vec<_>>()
    ])
}

fn names(d: &District) -> BTreeSet<String> {
    let staff = d.staff.iter().map(|(p, _)| &p.name);
    staff.chain(d.patients.iter().map(|(p, _)| &p.name)).map(|n| n.kanji.reveal().clone()).collect()
}

fn ids(d: &District) -> BTreeSet<Uuid> {
    let staff = d.staff.iter().map(|(p, _)| p.id.0);
    let patients = d.patients.iter().flat_map(|(p, tablet)| [p.id.0, tablet.0]);
    staff.chain(patients).chain(d.institutions.iter().map(|i| i.id.0)).collect()
}

#[test]
fn the_same_seed_makes_the_same_people_and_another_seed_makes_others() {
    for seed in 0..20 {
        let (one, same) = (district(seed, NOW), district(seed, NOW));
        assert_eq!(written(&one), written(&same));
        let other = district(seed + 1, NOW);
        assert!(ids(&one).is_disjoint(&ids(&other)));
        let shared = names(&one).intersection(&names(&other)).count();
        assert!(shared <= 2, "{shared} of {} people are called the same", names(&one).len());
    }
    let usual = names(&district(USUAL_SEED, NOW));
    for known in ["月岡 はな", "宵町 かおる", "暁 遼", "夕霧 千尋", "星川 正"] {
        assert!(usual.contains(known), "{usual:?}");
    }
}

#[test]
fn every_district_can_play_the_story_and_belongs_to_nobody_real() {
    for seed in 0..200 {
        let d = district(seed, NOW);
        let everybody = d.staff.len() + d.patients.len();
        assert_eq!(names(&d).len(), everybody, "nobody is called like another");
        assert_eq!(ids(&d).len(), everybody + d.patients.len() + d.institutions.len());
        assert!(names(&d).iter().all(|n| n.split(' ').all(|part| !part.is_empty())));
        for line in Line::ALL {
            let holds = d.staff.iter().filter(|(_, l)| *l == Some(line)).count();
            assert!(holds >= 2, "{line:?} is held by {holds}: one who is busy must not be the only one");
        }
        for (person, line) in &d.staff {
            let at = d.institutions.iter().find(|i| i.id == person.institution).unwrap();
            let fits = match person.role {
                Role::DeskNurse => at.kind == InstitutionKind::Desk,
                Role::Doctor => at.kind == InstitutionKind::Medical,
                Role::VisitingNurse => at.kind == InstitutionKind::NurseStation,
                Role::Administrator => false,
            };
            assert!(fits, "{:?} at {:?}", person.role, at.kind);
            assert_eq!(person.registration.is_some(), person.role == Role::Doctor);
            assert!(line.is_some() || person.role == Role::Doctor);
        }
        let doctor = |id| d.staff.iter().map(|(p, _)| p).find(|p| p.id == id && p.role == Role::Doctor);
        let mut plans = 0;
        for (patient, _) in &d.patients {
            let clinic = d.institutions.iter().find(|i| i.id == patient.institution).unwrap();
            let own = doctor(patient.primary_doctor.unwrap()).unwrap();
            assert_eq!(own.institution, clinic.id);
            let Some(plan) = &patient.care_plan else { continue };
            plans += 1;
            assert!(clinic.notice.is_some(), "no plan for online care where none is given");
            assert!(plan.named_doctors.iter().all(|d| doctor(*d).is_some()));
            assert!(plan.agreed_at < NOW && plan.valid_until > NOW);
        }
        assert!(plans > 0 && plans < d.patients.len(), "with and without a plan");
        assert!(d.patients[0].0.care_plan.as_ref().unwrap().named_doctors.contains(&d.staff[2].0.id));
        assert!(d.institutions.iter().any(|i| i.kind == InstitutionKind::Medical && i.notice.is_none()));

        let phones = d.institutions.iter().map(|i| i.phone.as_str());
        let mut phones: Vec<&str> = phones.chain([d.association.desk_phone.as_str()]).collect();
        phones.extend(d.patients.iter().map(|(p, _)| p.phone.reveal().as_str()));
        assert!(phones.iter().all(|p| p.starts_with("03-0000-")), "{phones:?}");
        assert_eq!(phones.iter().collect::<BTreeSet<_>>().len(), phones.len());
        assert!(d.institutions.iter().all(|i| i.code.len() == 10 && i.code.starts_with("99")));
        assert!(d.patients.iter().all(|(p, _)| p.address.reveal().starts_with("〒999-")));
    }
}

#[tokio::test]
async fn a_district_keeps_its_seed_its_people_and_their_codes() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&format!("sqlite:{}", folder.path().join("yoban.db").display())).await.unwrap();
    store.migrate().await.unwrap();
    assert_eq!(holds(&store).await.unwrap(), Holds::Nothing);
    assert_eq!(seed(&store, Some(7)).await.unwrap(), Some(7));
    let first = load(&store, b"secret", 7, 0, NOW).await.unwrap();
    assert_eq!(holds(&store).await.unwrap(), Holds::Demo);
    assert_eq!(seed(&store, None).await.unwrap(), Some(7), "whoever names none gets what is there");
    assert_eq!(seed(&store, Some(8)).await.unwrap(), None);
    // A fortnight later the rota is filled again, and the links are the same.
    let later = NOW.plus(Span(15 * 24 * 3_600_000));
    assert_eq!(load(&store, b"secret", 7, 0, later).await.unwrap(), first);
    // It grows on data that are there.
    let grown = load(&store, b"secret", 7, 2, later).await.unwrap();
    assert_eq!(grown.len(), first.len() + 2);
    assert!(first.iter().all(|person| grown.contains(person)));
    let apps: Vec<&str> = first.iter().map(|p| p.app.as_str()).collect();
    assert_eq!(apps.iter().filter(|a| **a == "tablet").count(), 8);
    assert_eq!(
        (apps.iter().filter(|a| **a == "desk").count(), apps.iter().filter(|a| **a == "phone").count()),
        (2, 4)
    );
}
