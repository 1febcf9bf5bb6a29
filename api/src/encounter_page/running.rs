//! What stands in the margins of every printed sheet: whose record it is, which one, and which sheet of how many.

use std::fmt::Write as _;

use super::{Page, Standing};

/// Margin boxes (CSS Paged Media 3 §4); browsers without them print the sheets bare.
pub(super) fn margins(page: &Page<'_>) -> String {
    let patient = &page.record.patient;
    let name = match page.lang {
        super::Lang::En if !patient.name.latin.reveal().trim().is_empty() => &patient.name.latin,
        super::Lang::Ja | super::Lang::En => &patient.name.kanji,
    };
    let name = string(name.reveal());
    let born = string(patient.birth_date.reveal());
    let number = string(patient.number.reveal());
    let (born_is, number_is) = (page.t("生年月日", "Born"), page.t("患者番号", "No."));
    let record = string(&page.record.encounter.session.to_string());
    let version = match (page.standing, page.signed, page.lang) {
        (Standing::Signed, Some(signed), super::Lang::Ja) => format!("第{}版", signed.version),
        (Standing::Signed, Some(signed), super::Lang::En) => format!("version {}", signed.version),
        (Standing::ChangedSince, ..) => page.t("署名後に変更あり", "changed since signed").to_owned(),
        (Standing::Unsigned | Standing::Signed, ..) => page.t("下書き", "draft").to_owned(),
    };
    let record_is = page.t("記録番号", "Record");
    let association = string(page.lang.pick(&page.record.association.name, &page.record.association.name_en));
    format!(
        "@page {{\n@top-left {{ content: \"{name}　{born_is} {born}　{number_is} {number}\"; }}\n\
         @top-right {{ content: \"{association}\"; }}\n\
         @bottom-left {{ content: \"{record_is} {record}　{version}\"; }}\n\
         @bottom-right {{ content: counter(page) \" / \" counter(pages); }}\n}}\n"
    )
}

/// Typed text for a CSS string: whatever could end it, or turn the line around, cannot.
fn string(raw: &str) -> String {
    let mut safe = String::with_capacity(raw.len());
    for c in raw.trim().chars() {
        match c {
            // Marks of direction work on the whole line; a margin has no place to isolate them.
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() => safe.push(' '),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, ' ' | '-' | '.' | ',') => {
                let _ = write!(safe, "\\{:x} ", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    safe
}
