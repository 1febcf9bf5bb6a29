//! One stored message per variant, and more where what it carries has variants of its own: what every client must be
//! able to read (docs/adr/0004). The files are made from the values here; `YOBAN_WRITE=1` writes them.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod client;
mod people;
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use yoban_domain::wire::signal::{ClientFrame, ServerFrame};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Samples by the tag of their message.
fn by_tag<T: Serialize>(frames: &[T]) -> BTreeMap<String, Vec<Value>> {
    let mut sorted: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for frame in frames {
        let value = serde_json::to_value(frame).unwrap();
        sorted.entry(value["message"]["type"].as_str().unwrap().to_owned()).or_default().push(value);
    }
    sorted
}

/// The variants the contract knows.
fn in_contract(schema: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(repository().join("api/openapi.json")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let variants = document["components"]["schemas"][schema]["oneOf"].as_array().unwrap();
    variants.iter().map(|v| v["properties"]["type"]["enum"][0].as_str().unwrap().to_owned()).collect()
}

fn hold<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
    side: &str,
    schema: &str,
    frames: &[T],
) {
    let folder = repository().join("mobile-sdk/conformance/messages").join(side);
    let samples = by_tag(frames);
    assert_eq!(
        samples.keys().cloned().collect::<BTreeSet<_>>(),
        in_contract(schema),
        "a sample for each variant"
    );
    if std::env::var_os("YOBAN_WRITE").is_some() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        for (tag, values) in &samples {
            let text = serde_json::to_string_pretty(values).unwrap() + "\n";
            std::fs::write(folder.join(format!("{tag}.json")), text).unwrap();
        }
    }
    let mut stored = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).expect("write them with YOBAN_WRITE=1") {
        let path = entry.unwrap().path();
        let tag = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        // As text, then as values: what was stored is read back as what it was.
        let read: Vec<T> = serde_json::from_str(&text).unwrap();
        for frame in &read {
            assert!(frames.contains(frame), "{tag}: stored, but not among the samples");
        }
        stored.insert(tag, serde_json::from_str::<Vec<Value>>(&text).unwrap());
    }
    assert!(
        stored == samples,
        "{side}: the stored messages are not what the types say; YOBAN_WRITE=1 writes them"
    );
}

#[test]
fn every_message_of_a_client_is_stored_as_the_types_say() {
    // Numbered within its file, so that a new message moves no other.
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let frames: Vec<ClientFrame> = client::messages()
        .into_iter()
        .map(|message| {
            let tag = serde_json::to_value(&message).unwrap()["type"].to_string();
            let id = numbers.entry(tag).or_default();
            *id += 1;
            ClientFrame { id: *id, message }
        })
        .collect();
    hold("client", "ClientMessage", &frames);
}

#[test]
fn every_message_of_the_server_is_stored_as_the_types_say() {
    let frames: Vec<ServerFrame> = server::messages()
        .into_iter()
        .map(|message| ServerFrame { seq: server::counted(&message).then_some(1), message })
        .collect();
    hold("server", "ServerMessage", &frames);
}
