//! The record of a session as one printable page: what a doctor reads in half a minute in the morning.
//!
//! Pure: record in, HTML out. The page carries everything it needs (style and plots), runs no script and asks
//! no network; every text that people typed goes through `html::text`.

mod clock;
mod html;
mod plot;
mod running;
mod sections;
#[cfg(test)]
mod tests;
mod top;
mod vitals;

use yoban_domain::encounter::{Record, Signed};
use yoban_domain::id::PersonId;
use yoban_domain::people::{Name, Person};
use yoban_domain::time::Timestamp;
use yoban_domain::wire::rest::TimelineEntry;
use yoban_domain::wire::view::{Findings, RecheckTaken};
use yoban_domain::wire::vitals::VitalsView;
use yoban_domain::words::Words;

use clock::Clock;

/// The page's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// Japanese.
    Ja,
    /// English. What people wrote stays as they wrote it.
    En,
}

impl Lang {
    const fn pick<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }

    const fn words(self, words: Words) -> &'static str {
        match self {
            Self::Ja => words.ja,
            Self::En => words.en,
        }
    }
}

/// Whether what is printed carries a signature.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Signed,
    Unsigned,
    /// Something was added after the signature; the signed version says something else.
    ChangedSince,
}

/// What all sections read.
struct Page<'a> {
    record: &'a Record,
    signed: Option<&'a Signed>,
    standing: Standing,
    lang: Lang,
    clock: Clock,
    /// The very values the record page on a screen shows.
    findings: Findings,
    vitals: VitalsView,
}

/// The whole document. `timeline` is printed last, as it is given; leave it empty to leave it out. A second look that is
/// not in the record was taken after the signature, and is printed below it.
pub fn page(
    record: &Record,
    signed: Option<&Signed>,
    looked: Option<&RecheckTaken>,
    lang: Lang,
    timeline: &[TimelineEntry],
) -> String {
    let standing = match signed {
        Some(signed) if signed.record == *record => Standing::Signed,
        Some(_) => Standing::ChangedSince,
        None => Standing::Unsigned,
    };
    let start = record.encounter.requested_at.unwrap_or(Timestamp(0));
    let clock = Clock::new(&record.association.zone, start, lang);
    let (findings, vitals) = (record.findings(), record.vitals());
    let page = Page { record, signed, standing, lang, clock, findings, vitals };
    let title = page.lang.pick("診療記録", "Encounter record");
    let mut body = String::new();
    body.push_str(&top::watermark(&page));
    body.push_str(&top::head(&page));
    body.push_str(&top::decision(&page));
    body.push_str(&sections::card(&page));
    body.push_str(&sections::findings(&page));
    body.push_str(&vitals::section(&page));
    body.push_str(&sections::note(&page));
    body.push_str(&sections::people(&page));
    body.push_str(&sections::ledger(&page));
    body.push_str(&sections::recording(&page));
    body.push_str(&sections::signature(&page));
    body.push_str(&sections::afterwards(&page, looked));
    body.push_str(&sections::timeline(&page, timeline));
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title} {}</title>\n<style>{}{}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n",
        lang.pick("ja", "en"),
        html::text(&page.clock.day(start)),
        include_str!("page.css"),
        running::margins(&page),
    )
}

impl Page<'_> {
    fn t<'a>(&self, ja: &'a str, en: &'a str) -> &'a str {
        self.lang.pick(ja, en)
    }

    fn name(&self, name: &Name) -> String {
        let written = match self.lang {
            Lang::Ja => &name.kanji,
            Lang::En => &name.latin,
        };
        // A name that was never put into Latin letters is better in kanji than missing.
        let written = if written.reveal().trim().is_empty() { &name.kanji } else { written };
        html::text(written.reveal())
    }

    fn person(&self, id: PersonId) -> Option<&Person> {
        self.record.people.iter().find(|p| p.id == id)
    }

    fn named(&self, id: PersonId) -> String {
        self.person(id)
            .map_or_else(|| self.t("（職員）", "(a member of staff)").to_owned(), |p| self.name(&p.name))
    }

    fn institution_of(&self, person: PersonId) -> String {
        let at = self.person(person).map(|p| p.institution);
        let institution = self.record.institutions.iter().find(|i| Some(i.id) == at);
        institution.map_or_else(String::new, |i| html::text(self.lang.pick(&i.name, &i.name_en)))
    }

    fn end(&self) -> Timestamp {
        self.record.end()
    }
}
