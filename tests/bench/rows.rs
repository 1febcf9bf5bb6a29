//! The result: one row per statistic, kept in `var/bench/latest.json`.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::NAMES;
use crate::spread::Spread;

/// One statistic. `name` begins with the bench that took it: `ring.p50`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub name: String,
    /// What it is, for people.
    pub what: String,
    pub value: f64,
    pub unit: String,
    /// Single measurements behind `value`.
    pub runs: usize,
    /// Between `lo` and `hi` the statistic lies with 95 % confidence (bootstrap), or they are the least and the most
    /// measured where there are fewer than five runs.
    pub lo: f64,
    pub hi: f64,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<Anchor>,
    /// Of which commit; `+` where the tree had changes.
    pub commit: String,
    /// When, RFC 3339.
    pub at: String,
}

/// What was measured beside it, in the same run, in the same unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Anchor {
    pub peer: String,
    pub peer_value: f64,
    /// `value` over `peer_value`.
    pub ratio: f64,
}

/// When and of what the rows of one bench are.
#[derive(Clone, Debug)]
pub struct Taken {
    pub bench: &'static str,
    pub commit: String,
    pub at: String,
}

/// A peer's name and measurements.
pub type Beside<'a> = Option<(&'a str, &'a Spread)>;

impl Taken {
    /// One statistic of a spread; `q` is its quantile.
    pub fn row(
        &self,
        name: &str,
        what: &str,
        unit: &str,
        spread: &Spread,
        q: f64,
        beside: Beside<'_>,
    ) -> Row {
        let value = spread.quantile(q);
        let (lo, hi) = spread.interval(q);
        let anchor = beside.map(|(peer, values)| {
            let peer_value = values.quantile(q);
            Anchor { peer: peer.to_owned(), peer_value, ratio: value / peer_value }
        });
        Row {
            name: format!("{}.{name}", self.bench),
            what: what.to_owned(),
            value,
            unit: unit.to_owned(),
            runs: spread.count(),
            lo,
            hi,
            anchor,
            commit: self.commit.clone(),
            at: self.at.clone(),
        }
    }

    /// Median, 95 % and, with a hundred runs, 99 % of a time in milliseconds; with fewer runs the longest.
    pub fn times(&self, name: &str, what: &str, spread: &Spread, beside: Beside<'_>) -> Vec<Row> {
        let last = if spread.count() >= 100 { ("p99", 0.99) } else { ("max", 1.0) };
        let dot = if name.is_empty() { "" } else { "." };
        [("p50", 0.5), ("p95", 0.95), last]
            .into_iter()
            .map(|(label, q)| {
                self.row(&format!("{name}{dot}{label}"), &format!("{what}, {label}"), "ms", spread, q, beside)
            })
            .collect()
    }
}

/// The bench a row belongs to.
fn bench_of(row: &Row) -> &str {
    row.name.split('.').next().unwrap_or_default()
}

/// What is kept after one bench ran: its own rows are new, those of the others stay, those of benches that no longer
/// exist go.
pub fn merge(before: Vec<Row>, bench: &str, new: Vec<Row>) -> Vec<Row> {
    let mut rows: Vec<Row> = before.into_iter().filter(|row| bench_of(row) != bench).collect();
    rows.extend(new);
    rows.retain(|row| place(row) < NAMES.len());
    rows.sort_by_key(place);
    rows
}

fn place(row: &Row) -> usize {
    NAMES.iter().position(|(name, _)| *name == bench_of(row)).unwrap_or(NAMES.len())
}

/// The rows of earlier runs; none where there is no file, or one of another form.
pub fn read(path: &Path) -> Vec<Row> {
    std::fs::read(path).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// Replaces the file whole, so that it is never half written.
pub fn write(path: &Path, rows: &[Row]) -> io::Result<()> {
    let text = serde_json::to_vec_pretty(rows).map_err(io::Error::other)?;
    let half = path.with_extension("half");
    std::fs::write(&half, text)?;
    std::fs::rename(half, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(bench: &'static str, commit: &str) -> Taken {
        Taken { bench, commit: commit.to_owned(), at: "2026-11-23T00:00:00.000Z".to_owned() }
    }

    fn values(all: &[f64]) -> Spread {
        Spread::of(all.to_vec())
    }

    #[test]
    fn a_row_has_the_promised_fields_and_a_peer_only_where_there_is_one() {
        let (own, peer) = (values(&[2.0, 4.0, 6.0]), values(&[1.0, 2.0, 3.0]));
        let row = taken("ring", "abc").row("p50", "tap → ring", "ms", &own, 0.5, Some(("ping", &peer)));
        let json = serde_json::to_value(&row).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "name": "ring.p50", "what": "tap → ring", "value": 4.0, "unit": "ms", "runs": 3, "lo": 2.0, "hi": 6.0,
                "peer": "ping", "peer_value": 2.0, "ratio": 2.0, "commit": "abc", "at": "2026-11-23T00:00:00.000Z",
            })
        );
        assert_eq!(serde_json::from_value::<Row>(json).unwrap(), row);
        let alone = taken("ring", "abc").row("p50", "tap → ring", "ms", &own, 0.5, None);
        let json = serde_json::to_value(&alone).unwrap();
        assert!(["peer", "peer_value", "ratio"].iter().all(|key| json.get(key).is_none()), "{json}");
        assert_eq!(serde_json::from_value::<Row>(json).unwrap(), alone);
    }

    #[test]
    fn a_hundred_runs_have_a_ninety_ninth_percentile_and_fewer_a_longest() {
        let name = |count: u32| {
            let rows = taken("answer", "a").times("key", "x", &values(&vec![1.0; count as usize]), None);
            rows.iter().map(|row| row.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(name(99), ["answer.key.p50", "answer.key.p95", "answer.key.max"]);
        assert_eq!(name(100), ["answer.key.p50", "answer.key.p95", "answer.key.p99"]);
    }

    #[test]
    fn one_bench_replaces_its_own_rows_alone_in_the_order_of_the_benches() {
        let spread = values(&[1.0]);
        let row = |bench, commit| taken(bench, commit).row("p50", "x", "ms", &spread, 0.5, None);
        let before = vec![row("idle", "old"), row("ring", "old"), row("ring", "old"), row("gone", "old")];
        let after = merge(before, "ring", vec![row("ring", "new")]);
        let seen: Vec<_> = after.iter().map(|r| (r.name.as_str(), r.commit.as_str())).collect();
        assert_eq!(seen, [("ring.p50", "new"), ("idle.p50", "old")]);
    }

    #[test]
    fn what_is_written_is_read_again_and_an_unreadable_file_is_none() {
        let path = std::env::temp_dir().join(format!("yoban-rows-{}.json", yoban_tests::random()));
        assert!(read(&path).is_empty());
        let rows = vec![taken("ring", "a").row("p50", "x", "ms", &values(&[1.0]), 0.5, None)];
        write(&path, &rows).unwrap();
        assert_eq!(read(&path), rows);
        std::fs::write(&path, "[{").unwrap();
        assert!(read(&path).is_empty());
        std::fs::remove_file(path).unwrap();
    }
}
