//! The same times on the real screens in headless Chromium: `screen.mjs` plays the calls with the tools of the browser
//! tests and tells one JSON object per call.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use yoban_tests::{repository, server};

use crate::rows::{Row, Taken};
use crate::spread::Spread;
use crate::{progress, runs};

/// Keys of the script, and what they are.
const TIMES: [(&str, &str); 6] = [
    ("ring", "tap → ringing shown at the desk (Chromium)"),
    ("frame-desk", "accept → first frame shown at the desk (Chromium)"),
    ("frame-tablet", "accept → first frame shown on the tablet (Chromium)"),
    ("sound-desk", "accept → first sound decoded at the desk (Chromium)"),
    ("sound-tablet", "accept → first sound decoded on the tablet (Chromium)"),
    ("reading", "reading sent → shown at the desk (Chromium)"),
];

pub fn measure(taken: &Taken) -> Vec<Row> {
    let count = runs(15);
    let mut child = Command::new("node")
        .arg(repository().join("tests/bench/screen.mjs"))
        .arg(count.to_string())
        .env("YOBAN_BIN", server::program())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node: make setup");
    let mut times: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut told = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let call: BTreeMap<String, Vec<f64>> = serde_json::from_str(&line.unwrap()).unwrap();
        call.into_iter().for_each(|(name, values)| times.entry(name).or_default().extend(values));
        told += 1;
        progress(told, count);
    }
    assert!(child.wait().unwrap().success() && told == count, "{told} of {count} calls were played");
    TIMES
        .iter()
        .flat_map(|(name, what)| {
            let values = times.remove(*name).unwrap_or_else(|| panic!("no {name} was told"));
            taken.times(name, what, &Spread::of(values), None)
        })
        .collect()
}
