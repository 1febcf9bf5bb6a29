//! The record as FHIR and as sentences: snapshots of whole stories, and what they must not lose.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests: a hole in a story is a broken test"
)]

mod story;

use std::collections::BTreeSet;

use serde_json::Value;
use yoban_domain::encounter::Looked;
use yoban_domain::fact::FactKind;
use yoban_domain::fhir::{IssueType, OperationOutcome, Severity, bundle};
use yoban_domain::people::Name;
use yoban_domain::private::Private;
use yoban_domain::session::Sbar;
use yoban_domain::time::Span;
use yoban_domain::timeline::timeline;
use yoban_domain::vitals::{Flag, Origin};

const BASE: &str = "https://yoban.example/fhir/R4";

fn text(story: &story::Story) -> String {
    serde_json::to_string_pretty(&bundle(&story.record, story.signed.as_ref(), BASE)).unwrap()
}

fn json(story: &story::Story) -> Value {
    serde_json::from_str(&text(story)).unwrap()
}

fn resources<'a>(bundle: &'a Value, kind: &str) -> Vec<&'a Value> {
    let entries = bundle["entry"].as_array().unwrap().iter();
    entries.map(|e| &e["resource"]).filter(|r| r["resourceType"] == kind).collect()
}

/// Every string under `key`, wherever it stands.
fn collect(value: &Value, key: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                if name == key && inner.is_string() {
                    found.insert(inner.as_str().unwrap().to_owned());
                }
                collect(inner, key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|i| collect(i, key, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn an_answered_call_with_doctor_and_readings() {
    insta::assert_snapshot!("answered", text(&story::answered()));
}

#[test]
fn a_call_the_nurse_handled_alone() {
    insta::assert_snapshot!("nurse_only", text(&story::nurse_only()));
}

#[test]
fn a_call_taken_back() {
    insta::assert_snapshot!("cancelled", text(&story::cancelled()));
}

#[test]
fn a_recorded_call_with_a_withdrawal_and_a_refused_doctor() {
    insta::assert_snapshot!("recorded", text(&story::recorded()));
}

#[test]
fn the_oxygen_scale_says_who_set_it_when_and_why() {
    let mut story = story::scaled();
    let scale = |story: &story::Story| {
        let bundle = json(story);
        let found = resources(&bundle, "Observation");
        let of = |o: &&&Value| o["code"]["coding"][0]["code"] == "spo2-scale";
        found.iter().find(of).map(|o| (**o).clone())
    };
    let set = scale(&story).unwrap();
    assert_eq!(set["valueCodeableConcept"]["coding"][0]["code"], "scale-2");
    assert_eq!(set["performer"][0]["reference"], format!("Practitioner/{}", story::doctor()));
    assert_eq!(set["effectiveDateTime"], set["issued"]);
    assert!(set["note"][0]["text"].as_str().unwrap().contains("88–92"));
    let provenance = json(&story);
    let signed = &resources(&provenance, "Provenance")[0]["target"];
    let own = format!("Observation/{}", set["id"].as_str().unwrap());
    assert!(signed.as_array().unwrap().iter().any(|t| t["reference"] == own), "it is signed with the rest");
    story.record.encounter.oxygen_scale.as_mut().unwrap().scale2 = false;
    assert_eq!(
        scale(&story).unwrap()["valueCodeableConcept"]["coding"][0]["code"],
        "scale-1",
        "a choice, too"
    );
    story.record.encounter.oxygen_scale = None;
    assert_eq!(scale(&story), None, "nobody chose");
    let (by, at) = (story::doctor(), story::TAP);
    story.record.patient.oxygen_scale2 = Some(yoban_domain::people::Scale2Setting { by, at });
    let standing = scale(&story).unwrap();
    assert_eq!(
        (&standing["valueCodeableConcept"], &standing["note"]),
        (&set["valueCodeableConcept"], &Value::Null)
    );
}

#[test]
fn a_second_look_before_the_signature_is_told_with_the_decision() {
    let mut story = story::answered();
    let by = Some(story::colleague());
    let note = || "よく眠っている".to_owned().into();
    story.record.encounter.rechecked =
        [30, 60].map(|n| Looked { at: story::TAP.plus(Span::minutes(n)), by, note: note() }).into();
    let bundle = json(&story);
    let encounter = &resources(&bundle, "Encounter")[0];
    let told = encounter["extension"].as_array().unwrap().iter();
    let told: Vec<&Value> = told.filter(|e| e["url"] == "urn:yoban:fhir:ext:recheck").collect();
    assert_eq!(told.len(), 2);
    let part = |n: usize, url: &str| {
        let parts = told[n]["extension"].as_array().unwrap();
        parts.iter().find(|p| p["url"] == url).unwrap().clone()
    };
    assert_eq!(part(1, "note")["valueString"], "よく眠っている");
    assert_ne!(part(0, "at")["valueDateTime"], part(1, "at")["valueDateTime"]);
    let who = part(0, "by")["valueReference"].to_string();
    assert!(who.contains(&story::colleague().to_string()), "{who}");
}

/// A later answer takes nothing from an earlier one, and a refusal is no agreement by the tap.
#[test]
fn every_answer_about_joining_is_a_consent_of_its_own() {
    let bundle = json(&story::asked_again());
    let joins: Vec<_> = resources(&bundle, "Consent")
        .into_iter()
        .filter(|c| c["category"][1]["coding"][0]["code"] == "join")
        .map(|c| {
            let who = c["provision"]["actor"][0]["reference"]["reference"].as_str().unwrap();
            let how = c["extension"][0]["extension"][0]["valueCodeableConcept"]["coding"][0]["code"].as_str();
            let text = |v: &Value| v.as_str().unwrap().to_owned();
            let (status, kind, at) =
                (text(&c["status"]), text(&c["provision"]["type"]), text(&c["dateTime"]));
            (who.to_owned(), status, kind, how.map(str::to_owned), at)
        })
        .collect();
    let of = |who: &dyn std::fmt::Display| {
        let reference = format!("Practitioner/{who}");
        let own = joins.iter().filter(|j| j.0 == reference);
        own.map(|j| (j.1.as_str(), j.2.as_str(), j.3.as_deref(), j.4.as_str())).collect::<Vec<_>>()
    };
    let tapped = of(&story::nurse())[0].3.to_owned();
    assert_eq!(of(&story::nurse()), [("active", "permit", Some("tap"), tapped.as_str())]);
    let doctor = of(&story::doctor());
    assert_eq!(
        doctor.iter().map(|d| (d.0, d.1, d.2)).collect::<Vec<_>>(),
        [("inactive", "permit", Some("spoken")), ("rejected", "deny", None)]
    );
    assert!(doctor[0].3 < doctor[1].3, "each at its own time: {doctor:?}");
    let colleague = of(&story::colleague());
    assert_eq!(
        colleague.iter().map(|d| (d.0, d.1, d.2)).collect::<Vec<_>>(),
        [("inactive", "deny", None), ("active", "permit", Some("tap"))]
    );
}

#[test]
fn a_yes_goes_on_over_a_change_of_device_and_an_end_that_was_taken_back() {
    let bundle = json(&story::moved());
    let reference = format!("Practitioner/{}", story::colleague());
    let consents: Vec<_> = resources(&bundle, "Consent")
        .into_iter()
        .filter(|c| c["provision"]["actor"][0]["reference"]["reference"] == reference.as_str())
        .map(|c| {
            let how = &c["extension"][0]["extension"][0]["valueCodeableConcept"]["coding"][0]["code"];
            (c["status"].clone(), how.clone())
        })
        .collect();
    assert_eq!(consents, [("active".into(), "onTablet".into())], "and no consent that was never given");
}

#[test]
fn the_same_record_gives_the_same_bytes_whatever_the_base_ends_with() {
    let story = story::answered();
    assert_eq!(text(&story), text(&story::answered()));
    let slashed = bundle(&story.record, story.signed.as_ref(), &format!("{BASE}/"));
    assert_eq!(serde_json::to_string_pretty(&slashed).unwrap(), text(&story));
}

#[test]
fn decimals_keep_the_digits_of_the_device() {
    let text = text(&story::answered());
    for digits in ["37.80,", "48.15,", "20.1,", "1.5,", "6.2,"] {
        assert!(text.contains(&format!("\"value\": {digits}")), "{digits}");
    }
    // kPa and mmol/L are converted for R4 and keep their raw number beside it.
    assert!(text.contains("\"value\": 151,"), "20.1 kPa in mmHg");
    assert!(text.contains("\"value\": 112,"), "6.2 mmol/L in mg/dL");
}

#[test]
fn every_reference_resolves_and_every_reading_is_there_once() {
    for story in story::all() {
        let bundle = json(&story);
        let entries = bundle["entry"].as_array().unwrap();
        let present: BTreeSet<String> = entries
            .iter()
            .map(|e| {
                let r = &e["resource"];
                format!("{}/{}", r["resourceType"].as_str().unwrap(), r["id"].as_str().unwrap())
            })
            .collect();
        assert_eq!(present.len(), entries.len(), "{}", story.name);
        let mut referred = BTreeSet::new();
        collect(&bundle, "reference", &mut referred);
        assert!(!referred.is_empty());
        assert_eq!(referred.difference(&present).next(), None, "{}", story.name);
        let readings = story.record.encounter.readings.len();
        let scales = usize::from(story.record.encounter.oxygen_scale.is_some());
        assert_eq!(resources(&bundle, "Observation").len(), readings + scales, "{}", story.name);
    }
}

#[test]
fn who_is_not_in_the_record_is_named_by_identifier_and_nothing_dangles() {
    let mut story = story::answered();
    story.record.people.clear();
    story.record.institutions.clear();
    let bundle = json(&story);
    let mut referred = BTreeSet::new();
    collect(&bundle, "reference", &mut referred);
    assert!(referred.iter().all(|r| !r.starts_with("Practitioner/") && !r.starts_with("Organization/") || {
        r == &format!("Organization/{}", story.record.association.id)
    }));
    let individual = &resources(&bundle, "Encounter")[0]["participant"][0]["individual"];
    assert_eq!(individual["identifier"]["system"], "urn:yoban:fhir:sid:person");
    assert_eq!(individual["identifier"]["value"], story::nurse().to_string());
}

#[test]
fn a_signature_counts_for_exactly_what_was_signed() {
    let mut story = story::answered();
    assert_eq!(resources(&json(&story), "Provenance").len(), 1);
    story.record.encounter.note = Some(Private::new("後から書き足した".to_owned()));
    let changed = json(&story);
    assert_eq!(resources(&changed, "Provenance").len(), 0);
    assert_eq!(resources(&changed, "Encounter")[0]["meta"]["tag"][0]["code"], "unsigned");
    assert_eq!(resources(&changed, "ClinicalImpression")[0]["status"], "in-progress");
}

#[test]
fn clocks_that_disagree_give_no_period_that_runs_backwards() {
    let mut story = story::answered();
    let encounter = &mut story.record.encounter;
    encounter.ended_at = encounter.requested_at;
    encounter.attendees[0].left_at = encounter.requested_at;
    let bundle = json(&story);
    let encounter = resources(&bundle, "Encounter")[0];
    for period in [&encounter["period"], &encounter["participant"][0]["period"]] {
        assert!(period["end"].as_str() >= period["start"].as_str());
        assert!(period["end"].is_string());
    }
}

#[test]
fn hostile_text_never_makes_an_empty_or_broken_element() {
    let mut story = story::answered();
    let blank = || Private::new(" \u{0}\u{1b}\u{3000}".to_owned());
    let patient = &mut story.record.patient;
    patient.name = Name {
        kanji: blank(),
        kana: Private::new("ツキシマ".to_owned()),
        latin: Private::new("<script>alert(1)</script> \u{202e}\"'&".to_owned()),
    };
    (patient.number, patient.address, patient.phone) = (blank(), blank(), blank());
    patient.birth_date = Private::new("1939-02-31".to_owned());
    story.record.encounter.sbar = Some(Private::new(Sbar { situation: blank(), ..Sbar::default() }));
    story.record.encounter.note = Some(blank());
    story.record.institutions[1].code = "13-9999999".to_owned();
    let bundle = json(&story);
    let patient = resources(&bundle, "Patient")[0];
    assert_eq!(patient["identifier"].as_array().unwrap().len(), 1);
    assert_eq!(patient["name"].as_array().unwrap().len(), 2);
    assert!(patient["name"][0]["family"].is_null());
    assert!(patient["birthDate"].is_null() && patient["address"].is_null());
    let mut strings = BTreeSet::new();
    for key in ["text", "value", "display", "family", "valueString", "summary"] {
        collect(&bundle, key, &mut strings);
    }
    assert!(strings.iter().all(|s| !s.trim().is_empty() && !s.contains('\0')));
}

/// One reading of 97 % with `flag`, as its Observation.
fn spo2_with(flag: Flag) -> Value {
    let mut night = story::Night::begins();
    let origin = Origin::Device { model: None };
    night.measured(story::spo2("97"), origin, &[flag], 0);
    let bundle = json(&night.story("one", None));
    resources(&bundle, "Observation")[0].clone()
}

#[test]
fn no_flag_is_lost_and_what_is_no_measurement_is_no_value() {
    // The server decides these two itself and takes them off what it is told.
    let own = [Flag::FutureStamped, Flag::Implausible];
    for flag in Flag::ALL.into_iter().filter(|f| !own.contains(f)) {
        let seen = spo2_with(flag);
        let words = yoban_domain::words::flag(flag);
        let coded = &seen["extension"][0]["valueCodeableConcept"];
        assert_eq!(coded["coding"][0]["code"], words.code);
        assert!(seen["note"][0]["text"].as_str().unwrap().contains(words.ja), "{flag:?}");
        let void = seen["dataAbsentReason"].is_object();
        assert_eq!(void, seen["valueQuantity"].is_null(), "{flag:?}: value or reason, never both");
        let finals =
            [Flag::ClockUnset, Flag::Ongoing, Flag::IrregularPulse, Flag::FromMemory, Flag::PulseOutOfRange];
        assert_eq!(seen["status"] == "final", finals.contains(&flag), "{flag:?}");
        let is_test = matches!(flag, Flag::Demo | Flag::Test);
        assert_eq!(seen["meta"]["security"][0]["code"] == "HTEST", is_test, "{flag:?}");
    }
}

#[test]
fn the_first_year_is_the_first_year() {
    let mut story = story::cancelled();
    story.record.encounter.requested_at = Some(yoban_domain::time::Timestamp(i64::MIN));
    let bundle = json(&story);
    let start = &resources(&bundle, "Encounter")[0]["period"]["start"];
    assert_eq!(start, "0001-01-01T00:00:00.000Z");
}

#[test]
fn a_failure_is_an_operation_outcome() {
    let outcome = OperationOutcome::new(Severity::Error, IssueType::NotFound, "no such encounter");
    insta::assert_snapshot!(
        serde_json::to_string(&outcome).unwrap(),
        @r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found","diagnostics":"no such encounter"}]}"#
    );
}

#[test]
fn the_time_line_says_every_fact_in_both_languages() {
    let mut lines = String::new();
    for story in story::all() {
        let entries = timeline(&story.facts, &story.record.people);
        assert_eq!(entries.len(), story.facts.len());
        for (fact, entry) in story.facts.iter().zip(&entries) {
            let wire = serde_json::to_value(&fact.kind).unwrap();
            assert_eq!(wire["fact"], entry.fact, "the code is the wire's name");
            lines.push_str(&format!("{}\n    {}\n", entry.text.reveal(), entry.text_en.reveal()));
        }
    }
    insta::assert_snapshot!("timeline", lines);
}

#[test]
fn the_time_line_calls_strangers_by_their_role_and_never_by_an_id() {
    let story = story::answered();
    for entry in timeline(&story.facts, &[]) {
        let (ja, en) = (entry.text.reveal(), entry.text_en.reveal());
        assert!(!ja.contains("髙橋") && !en.contains("Takahashi"));
        assert!(!ja.contains("019a") && !en.contains("019a"), "an id in a sentence: {en}");
    }
    let joined = story.facts.iter().any(|f| matches!(f.kind, FactKind::JoinConsentGiven { .. }));
    assert!(joined);
}
