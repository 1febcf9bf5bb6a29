//! Findings as aligned lines.

use super::{Finding, Level};

/// The language of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Japanese.
    Ja,
    /// English.
    En,
}

/// One line per finding, `✓`, `⚠` or `✗` first, labels padded to one width, next steps indented below; a last line
/// that says whether the server can start.
pub fn render(findings: &[Finding], language: Language) -> String {
    let rows: Vec<(&Finding, &str, &str)> = findings
        .iter()
        .map(|f| {
            let (text, colon) = match language {
                Language::Ja => (f.ja.as_str(), "："),
                Language::En => (f.en.as_str(), ": "),
            };
            let (label, rest) = text.split_once(colon).unwrap_or(("", text));
            (f, label, rest)
        })
        .collect();
    let widest = rows.iter().map(|(_, label, _)| columns(label)).max().unwrap_or(0);
    let mut out = String::new();
    for (finding, label, rest) in rows {
        let mark = match finding.level {
            Level::Good => '✓',
            Level::Warn => '⚠',
            Level::Block => '✗',
        };
        let padding = " ".repeat(widest - columns(label));
        out.push_str(&format!("{mark} {label}{padding}  {rest}\n"));
        if let Some((ja, en)) = &finding.next {
            let next = if language == Language::Ja { ja } else { en };
            out.push_str(&format!("  {}  → {next}\n", " ".repeat(widest)));
        }
    }
    let count = |level| findings.iter().filter(|f| f.level == level).count();
    let (warn, block) = (count(Level::Warn), count(Level::Block));
    out.push_str(&match (language, block) {
        (Language::Ja, 0) => format!("始められます（注意 {warn} 件）。\n"),
        (Language::Ja, _) => format!("このままでは始められません（✗ {block} 件、注意 {warn} 件）。\n"),
        (Language::En, 0) => format!("Ready ({warn} to note).\n"),
        (Language::En, _) => format!("Not ready: {block} must be repaired, {warn} to note.\n"),
    });
    out
}

/// Columns on a terminal: kana, kanji and full-width forms take two (UAX #11, the blocks that our texts use).
pub(super) fn columns(text: &str) -> usize {
    text.chars()
        .map(|c| match u32::from(c) {
            0x1100..=0x115F
            | 0x2E80..=0xA4CF
            | 0xAC00..=0xD7A3
            | 0xF900..=0xFAFF
            | 0xFE30..=0xFE4F
            | 0xFF00..=0xFF60
            | 0xFFE0..=0xFFE6
            | 0x20000..=0x3FFFD => 2,
            _ => 1,
        })
        .sum()
}
