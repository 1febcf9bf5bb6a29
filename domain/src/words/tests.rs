//! The contract lists every name there is; each that people read has its words.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::*;
use crate::mode::NotExamination;
use crate::session::{Recording, RecordingFailure, Refused};

type Spoken = fn(Value) -> Option<Words>;

fn read<T: DeserializeOwned>(value: Value) -> Option<T> {
    serde_json::from_value(value).ok()
}

/// What page, time line and FHIR say of a name of the wire.
const READ: [(&str, Spoken); 19] = [
    ("Band", |v| read(v).map(band)),
    ("ConsentManner", |v| read(v).map(manner)),
    ("Consciousness", |v| read(v).map(consciousness)),
    ("DeclineReason", |v| read(v).map(decline)),
    ("Flag", |v| read(v).map(flag)),
    ("IdentityMethod", |v| read(v).map(identity)),
    ("Item", |v| read(v).map(item)),
    ("LegRole", |v| read(v).map(leg_role)),
    ("Line", |v| read(v).map(line)),
    ("MediaMode", |v| read(v).map(media_mode)),
    ("Outcome", |v| read(v).map(outcome)),
    ("RecordingFailure", |v| read(v).map(recording_failed)),
    ("RedFlag", |v| read(v).map(red_flag)),
    ("Role", |v| read(v).map(role)),
    ("ServiceKind", |v| read(v).map(service_kind)),
    ("Sex", |v| read(v).map(sex)),
    ("Site", |v| read(v).map(site)),
    ("SourceState", |v| read(v).map(source)),
    ("TakenBack", |v| read(v).map(taken_back)),
];

/// Names that have no word here, and why.
const NOT_READ: [&str; 21] = [
    // The client's own screens say them.
    "AudioOnly",
    "EndReason",
    "EquipmentKind",
    "RecordingAnswer",
    "VideoCodec",
    "RecordedKind",
    "RecordedCodec",
    "GapReason",
    // The rules table names them.
    "Measure",
    "VitalKind",
    // The page says them in a sentence of its own, one arm each.
    "NotScored",
    "SingleThree",
    // Units are symbols.
    "FlowUnit",
    "GlucoseUnit",
    "MassUnit",
    "PercentUnit",
    "PressureUnit",
    "RateUnit",
    "TemperatureUnit",
    // `urgency` below: its words start with the colour.
    "Urgency",
    "Spo2Scale",
];

/// Every enumeration of the contract with its values, as the wire carries them.
fn contract() -> Vec<(String, Vec<(String, Value)>)> {
    let document: Value = serde_json::from_str(include_str!("../../../api/openapi.json")).unwrap();
    let mut found = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if let Some(plain) = schema["enum"].as_array() {
            let values = plain.iter().map(|v| (v.as_str().unwrap().to_owned(), v.clone())).collect();
            found.push((name.clone(), values));
        } else if ["Outcome", "ConsentManner"].contains(&name.as_str()) {
            let mut values = Vec::new();
            for variant in schema["oneOf"].as_array().unwrap() {
                let (tag, code) = variant["properties"]
                    .as_object()
                    .unwrap()
                    .iter()
                    .find_map(|(key, value)| Some((key.clone(), value["enum"][0].as_str()?.to_owned())))
                    .unwrap();
                let mut whole = serde_json::json!({ tag: code });
                whole["at"] = 0.into();
                whole["heardBy"] = uuid::Uuid::nil().to_string().into();
                values.push((code, whole));
            }
            found.push((name.clone(), values));
        }
    }
    found
}

fn is_japanese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'))
}

fn spoken(words: Words, of: &str) {
    // SpO2 is SpO2 in every language.
    assert!(is_japanese(words.ja) || words.ja == "SpO2", "{of} in Japanese: {}", words.ja);
    assert!(!words.en.is_empty() && !is_japanese(words.en), "{of} in English: {}", words.en);
    assert!(words.en != words.code || !words.code.contains(['-', '_']), "{of} is a bare code");
}

#[test]
fn every_name_of_the_contract_that_people_read_has_words_under_its_own_code() {
    let mut walked = 0;
    for (name, values) in contract() {
        let Some((_, say)) = READ.iter().find(|(known, _)| *known == name) else {
            assert!(NOT_READ.contains(&name.as_str()), "who says {name} to people?");
            continue;
        };
        for (code, value) in values {
            let words = say(value).unwrap_or_else(|| panic!("{name} {code} cannot be read"));
            assert_eq!(words.code, code, "{name}");
            spoken(words, &format!("{name} {code}"));
            walked += 1;
        }
    }
    assert!(walked > 80, "{walked} names only");
}

#[test]
fn every_refusal_of_a_kind_of_care_is_said_and_an_unknown_one_is_not_printed() {
    let lawful = [
        NotExamination::NoPlan,
        NotExamination::NotNamed,
        NotExamination::NoNotice,
        NotExamination::NotTwoWay,
        NotExamination::SuddenIllness,
    ];
    let others = [
        Refused::DoctorOnly,
        Refused::KindNotYours,
        Refused::NotLeading,
        Refused::ClinicianOnly,
        Refused::NotInCall,
        Refused::Ended,
        Refused::Signed,
    ];
    for refused in lawful.map(Refused::NotExamination).into_iter().chain(others) {
        let words = kind_refused(refused.code());
        assert_eq!(words.code, refused.code(), "{refused} has words of its own");
        spoken(words, refused.code());
    }
    let unknown = kind_refused("quite-new");
    assert_eq!(unknown.code, "other");
    spoken(unknown, "an unknown code");
}

#[test]
fn every_reason_of_a_failed_recording_has_words_and_what_older_facts_say_is_read() {
    let read = |text: &str| serde_json::from_value::<RecordingFailure>(text.into()).unwrap();
    let known = [
        (RecordingFailure::NoRoom, "no-room", "disk-full"),
        (RecordingFailure::WriteFailed, "write-failed", "io"),
        (RecordingFailure::RecorderDied, "recorder-died", "defect"),
        (RecordingFailure::Unknown, "unknown", "No space left on device (os error 28)"),
    ];
    for (reason, code, older) in known {
        let words = recording_failed(reason);
        assert_eq!(words.code, code);
        assert_eq!(serde_json::to_value(reason).unwrap(), code);
        assert_eq!((read(code), read(older)), (reason, reason));
        spoken(words, code);
    }
    let before = serde_json::json!({"recording": "failed", "at": 7});
    let before: Recording = serde_json::from_value(before).unwrap();
    assert!(matches!(before, Recording::Failed { reason: RecordingFailure::Unknown, .. }), "{before:?}");
}
