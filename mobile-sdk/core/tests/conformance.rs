//! Holds the decoders to the vectors that the TypeScript SDK is held to as well.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test program")]

use std::{collections::BTreeSet, fs, path::PathBuf};

use proptest::prelude::*;
use serde_json::{Value, json};
use yoban_domain::{
    id::ReadingId,
    time::Timestamp,
    vitals::{Flag, Origin},
};
use yoban_mobile_core::gatt::{Characteristic, DecodeError, float, sfloat};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../conformance/gatt")
}

fn load(path: &std::path::Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    assert_eq!(hex.len() % 2, 0, "{hex}");
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
}

/// What a decoder said, in the form of the vectors. Flags are compared as a set.
fn said(characteristic: Characteristic, bytes: &[u8]) -> Value {
    match characteristic.decode(bytes) {
        Ok(frame) => json!({ "expect": sorted(serde_json::to_value(frame).unwrap()) }),
        Err(error) => json!({ "error": error }),
    }
}

fn sorted(mut frame: Value) -> Value {
    let mut flags: Vec<String> = serde_json::from_value(frame["flags"].clone()).unwrap();
    flags.sort();
    frame["flags"] = json!(flags);
    frame
}

#[test]
fn every_frame_decodes_as_the_vectors_say() {
    let mut seen = BTreeSet::new();
    let mut count = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let file = load(&entry.unwrap().path());
        let Some(uuid) = file["characteristic"].as_str() else {
            continue;
        };
        let known = Characteristic::from_uuid16(u16::from_str_radix(uuid, 16).unwrap()).unwrap();
        seen.insert(uuid.to_owned());
        for vector in file["vectors"].as_array().unwrap() {
            let wanted = match vector.get("error") {
                Some(error) => json!({ "error": error }),
                None => json!({ "expect": sorted(vector["expect"].clone()) }),
            };
            let given = said(known, &bytes(vector["hex"].as_str().unwrap()));
            assert_eq!(given, wanted, "{uuid}: {}", vector["name"]);
            count += 1;
        }
    }
    assert_eq!(seen.len(), Characteristic::ALL.len(), "a characteristic has no vectors");
    assert!(count >= 150, "only {count} vectors were read");
}

#[test]
fn every_float_decodes_as_the_vectors_say() {
    let file = load(&folder().join("medfloat.json"));
    let vectors = file["vectors"].as_array().unwrap();
    assert!(vectors.len() >= 30);
    for vector in vectors {
        let raw = bytes(vector["hex"].as_str().unwrap());
        let value = match vector["format"].as_str().unwrap() {
            "sfloat" => sfloat(u16::from_le_bytes(raw.try_into().unwrap())),
            "float" => float(u32::from_le_bytes(raw.try_into().unwrap())),
            other => panic!("{other}"),
        };
        match value {
            Ok(number) => assert_eq!(Some(number.text().as_str()), vector["value"].as_str(), "{vector}"),
            Err(reason) => assert_eq!(json!(reason), vector["absent"], "{vector}"),
        }
    }
}

#[test]
fn a_frame_becomes_readings() {
    let frame =
        Characteristic::BloodPressure.decode(&bytes("1e840051006200ea070304151e3b4800010400")).unwrap();
    let mut next = 0;
    let readings = frame.readings(&Origin::Device { model: Some("UA-651BLE".into()) }, 540, || {
        next += 1;
        ReadingId(uuid::Uuid::from_u128(next))
    });
    assert_eq!(readings.len(), 2);
    // 2026-03-04 21:30:59 in Japan is 12:30:59 UTC.
    let taken = Timestamp(1_772_627_459_000);
    assert!(readings.iter().all(|reading| reading.taken_at == Some(taken)));
    assert!(readings.iter().all(|reading| reading.flags == BTreeSet::from([Flag::IrregularPulse])));
    assert_ne!(readings[0].id, readings[1].id);
    let untimed = Characteristic::HeartRate.decode(&[0, 72]).unwrap();
    let readings = untimed.readings(&Origin::Manual, 540, || ReadingId(uuid::Uuid::from_u128(9)));
    assert_eq!(readings[0].taken_at, None);
}

proptest! {
    #[test]
    fn any_bytes_give_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        for characteristic in Characteristic::ALL {
            if let Ok(frame) = characteristic.decode(&bytes) {
                for vital in &frame.vitals {
                    let text = serde_json::to_string(vital).unwrap();
                    prop_assert_eq!(&serde_json::from_str::<yoban_domain::vitals::Vital>(&text).unwrap(), vital);
                }
            }
        }
    }

    /// A whole frame cut anywhere is truncated, and one with a byte behind it is refused as well. Heart rate with
    /// intervals has no announced length: cut between two intervals it is a shorter whole.
    #[test]
    fn a_cut_or_stretched_frame_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..40), extra in any::<u8>()) {
        for characteristic in Characteristic::ALL {
            let open_ended = characteristic == Characteristic::HeartRate && bytes.first().is_some_and(|f| f & 0x10 != 0);
            if open_ended || characteristic.decode(&bytes).is_err() {
                continue;
            }
            for end in 0..bytes.len() {
                prop_assert_eq!(characteristic.decode(&bytes[..end]).err(), Some(DecodeError::Truncated));
            }
            let longer: Vec<u8> = bytes.iter().copied().chain([extra]).collect();
            prop_assert_eq!(characteristic.decode(&longer).err(), Some(DecodeError::Trailing));
        }
    }

    #[test]
    fn every_float_word_gives_an_answer(word in any::<u32>()) {
        let half = u16::from_le_bytes([word.to_le_bytes()[0], word.to_le_bytes()[1]]);
        for number in [sfloat(half), float(word)].into_iter().flatten() {
            prop_assert!(number.to_f64().is_finite());
        }
    }
}
