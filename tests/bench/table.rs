//! The rows as people read them: in the terminal, in `var/bench/latest.md`, and from there in `docs/benchmarks.md`.

use std::process::ExitCode;

use crate::machine::Machine;
use crate::rows::Row;
use crate::{folder, say};

const BEGIN: &str = "<!-- figures: make bench BENCH=docs writes what stands between these marks -->";
const END: &str = "<!-- end of figures -->";

/// Three digits that matter, or whole numbers.
fn number(value: f64) -> String {
    let digits = match value.abs() {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    if digits > 0 { text } else { thousands(&text) }
}

fn thousands(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let groups: Vec<&str> = {
        let head = digits.len() % 3;
        let (first, rest) = digits.split_at(head);
        let rest = (0..rest.len()).step_by(3).map(|at| &rest[at..at + 3]);
        std::iter::once(first).chain(rest).filter(|group| !group.is_empty()).collect()
    };
    format!("{sign}{}", groups.join(","))
}

fn cells(row: &Row) -> [String; 6] {
    let peer = row.anchor.as_ref().map_or_else(
        || ["–".to_owned(), "–".to_owned()],
        |a| [format!("{} ({})", number(a.peer_value), a.peer), number(a.ratio)],
    );
    let [peer, ratio] = peer;
    [
        row.what.clone(),
        format!("{} {}", number(row.value), row.unit),
        format!("{} – {}", number(row.lo), number(row.hi)),
        row.runs.to_string(),
        peer,
        ratio,
    ]
}

const HEAD: [&str; 6] = ["what", "value", "95 % between", "runs", "peer in the same run", "ratio"];

/// To the terminal.
pub fn print(rows: &[Row]) {
    let mut lines = vec![HEAD.map(str::to_owned)];
    lines.extend(rows.iter().map(cells));
    let widths: [usize; 6] =
        std::array::from_fn(|n| lines.iter().map(|l| l[n].chars().count()).max().unwrap_or(0));
    for line in lines {
        let text: Vec<String> =
            line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        say(format!("   {}", text.join("  ")).trim_end());
    }
}

/// Everything, with the machine and what each row was taken of.
pub fn markdown(rows: &[Row], machine: &Machine) -> String {
    let mut text: Vec<String> = machine.lines.iter().map(|line| format!("- {line}")).collect();
    text.push(String::new());
    let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
    let mut head = HEAD.map(str::to_owned).to_vec();
    head.push("commit, date".to_owned());
    text.push(line(&head));
    text.push(format!("|{}", "---|".repeat(head.len())));
    for row in rows {
        let mut all = cells(row).to_vec();
        all.push(format!("{}, {}", row.commit, row.at.get(..10).unwrap_or_default()));
        text.push(line(&all));
    }
    text.join("\n") + "\n"
}

/// `BENCH=docs`: the table of the last runs into the document; measures nothing.
pub fn into_docs() -> ExitCode {
    let (table, document) =
        (folder().join("latest.md"), yoban_tests::repository().join("docs/benchmarks.md"));
    let Ok(table) = std::fs::read_to_string(table) else {
        say("✗ no figures yet: make bench");
        return ExitCode::FAILURE;
    };
    let before = std::fs::read_to_string(&document).unwrap();
    let Some(after) = between(&before, &table) else {
        say("✗ docs/benchmarks.md has no marks for the figures");
        return ExitCode::FAILURE;
    };
    std::fs::write(&document, after).unwrap();
    say("✓ docs/benchmarks.md");
    ExitCode::SUCCESS
}

fn between(document: &str, table: &str) -> Option<String> {
    let (head, rest) = document.split_once(BEGIN)?;
    let (_, tail) = rest.split_once(END)?;
    Some(format!("{head}{BEGIN}\n\n{table}\n{END}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_what_matters() {
        let shown = [0.0123, 1.234, 56.78, 999.6, 1_234_567.0, -1_234.0].map(number);
        assert_eq!(shown, ["0.012", "1.23", "56.8", "1,000", "1,234,567", "-1,234"]);
    }

    #[test]
    fn the_document_has_the_marks_and_only_what_is_between_them_changes() {
        let document = std::fs::read_to_string(yoban_tests::repository().join("docs/benchmarks.md")).unwrap();
        let once = between(&document, "| new |\n").unwrap();
        assert!(once.contains("| new |"));
        assert_eq!(between(&once, "| new |\n").unwrap(), once);
        assert!(between("no marks", "x").is_none());
    }
}
