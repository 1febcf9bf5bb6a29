//! The JSON that phones, browsers and the store see.

use serde_json::json;

use super::{
    super::{score::*, *},
    NOW, assessed, celsius, device, pressure, respiration, spo2,
};
use crate::{id::PersonId, time::Timestamp};

#[test]
fn vitals_are_tagged_and_carry_their_unit() {
    let wire = |vital: Vital| serde_json::to_value(vital).unwrap();
    assert_eq!(wire(spo2("97")), json!({"kind": "spo2", "value": "97", "unit": "%"}));
    let cuff = json!({"kind": "bloodPressure", "systolic": "132", "diastolic": "81", "unit": "mm[Hg]"});
    assert_eq!(wire(pressure("132", "81")), cuff);
    let ear = Vital::Temperature {
        value: super::dec("36.50"),
        unit: TemperatureUnit::Celsius,
        site: Some(Site::Ear),
    };
    assert_eq!(wire(ear), json!({"kind": "temperature", "value": "36.50", "unit": "Cel", "site": "ear"}));
    assert_eq!(wire(respiration("18")), json!({"kind": "respiratoryRate", "value": "18", "unit": "/min"}));
    let flow = Some(OxygenFlow { value: super::dec("2.0"), unit: FlowUnit::LitrePerMinute });
    let oxygen =
        json!({"kind": "oxygen", "supply": {"kind": "oxygen", "flow": {"value": "2.0", "unit": "L/min"}}});
    assert_eq!(wire(Vital::Oxygen { supply: Supply::Oxygen { flow } }), oxygen);
    assert_eq!(
        wire(Vital::Oxygen { supply: Supply::Air }),
        json!({"kind": "oxygen", "supply": {"kind": "air"}})
    );
    let mind = Vital::Consciousness { level: Consciousness::Confusion };
    assert_eq!(wire(mind), json!({"kind": "consciousness", "level": "confusion"}));
}

#[test]
fn readings_come_back_as_they_went() {
    for reading in [device(1, spo2("97"), NOW), assessed(2, celsius("38.0"), NOW)] {
        let text = serde_json::to_string(&reading).unwrap();
        assert_eq!(serde_json::from_str::<Reading>(&text).unwrap(), reading);
    }
    let manual = serde_json::to_value(assessed(2, celsius("38.0"), NOW)).unwrap();
    assert_eq!(manual["source"]["by"]["kind"], "clinician");
    let sent = json!({"id": "00000000-0000-0000-0000-000000000001", "origin": {"kind": "simulated"},
        "vital": {"kind": "pulse", "value": "72", "unit": "/min"}, "flags": ["lowPerfusion"]});
    let reading: NewReading = serde_json::from_value(sent).unwrap();
    assert_eq!((reading.taken_at, reading.flags.len()), (None, 1));
}

#[test]
fn wrong_units_and_unknown_words_are_refused() {
    for wrong in [
        json!({"kind": "spo2", "value": "97", "unit": "kg"}),
        json!({"kind": "spo2", "value": 97, "unit": "%"}),
        json!({"kind": "spo2", "value": "97 %", "unit": "%"}),
        json!({"kind": "spo2", "value": "97"}),
        json!({"kind": "mood", "value": "1", "unit": "%"}),
        json!({"kind": "bloodPressure", "diastolic": "81", "unit": "mm[Hg]"}),
        json!({"kind": "consciousness", "level": "sleepy"}),
    ] {
        assert!(serde_json::from_value::<Vital>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn a_score_says_who_chose_the_scale() {
    let scale = Spo2Scale::Two { set_by: PersonId(uuid::Uuid::from_u128(5)), set_at: Timestamp(9) };
    let subject = Subject { age_years: 80, pregnant: false, scale };
    let score = news2([], &subject, NOW).unwrap();
    let wire = serde_json::to_value(&score).unwrap();
    let by = "00000000-0000-0000-0000-000000000005";
    assert_eq!(wire["scale"], json!({"kind": "two", "setBy": by, "setAt": 9}));
    assert_eq!((&wire["bandMax"], &wire["singleThree"]), (&json!("high"), &json!("open")));
    assert_eq!(serde_json::from_value::<Score>(wire).unwrap(), score);
}

/// The schema the contract is made of: one alternative per kind, each with its tag as a single allowed word.
#[cfg(feature = "schema")]
#[test]
fn the_schema_names_every_kind() {
    use utoipa::PartialSchema;

    let schema = serde_json::to_value(Vital::schema()).unwrap();
    let alternatives = schema["oneOf"].as_array().unwrap();
    let tags: Vec<_> =
        alternatives.iter().map(|a| a["properties"]["kind"]["enum"][0].as_str().unwrap()).collect();
    let mut kinds: Vec<_> = VitalKind::ALL.iter().map(|k| serde_json::to_value(k).unwrap()).collect();
    kinds.sort_by_key(|kind| tags.iter().position(|tag| kind == tag));
    assert_eq!(json!(tags), json!(kinds));
    let units = serde_json::to_value(PressureUnit::schema()).unwrap();
    assert_eq!(units["enum"], json!(["mm[Hg]", "kPa"]));
    assert_eq!(serde_json::to_value(Decimal::schema()).unwrap()["type"], "string");
}
