//! The page of whole stories, hostile text, and the marks that keep a reader from a wrong conclusion.

#[path = "../../../domain/tests/fhir/story.rs"]
mod story;

mod sheets;
mod vitals;

use yoban_domain::encounter::Replaced;
use yoban_domain::people::{Name, Summary};
use yoban_domain::private::Private;
use yoban_domain::session::{Disposition, Outcome, Sbar, TakenBack};
use yoban_domain::time::{Span, Timestamp};
use yoban_domain::timeline::timeline;

use super::{Lang, page};

const HOSTILE: &str = "<script>alert(\"1\")</script> \u{202e}'><img src=x onerror=1>&amp;";

fn printed(story: &story::Story, lang: Lang) -> String {
    let entries = timeline(&story.facts, &story.record.people);
    page(&story.record, story.signed.as_ref(), None, lang, &entries)
}

/// Every element is closed where it was opened, but for those that have no end.
fn well_formed(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    // The style sheet holds no markup; what stands before it is fixed.
    let body = html.split_once("</head>").unwrap().1;
    for tag in body.split('<').skip(1) {
        let inside = tag.split('>').next().unwrap();
        let name = inside.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
        if inside.starts_with('/') {
            if name != "html" {
                assert_eq!(open.pop(), Some(name), "closing {name}");
            }
        } else if !inside.ends_with('/') && !["br", "meta"].contains(&name) {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new(), "left open");
}

#[test]
fn every_story_prints_in_both_languages_and_needs_nothing_from_outside() {
    for story in story::all() {
        for lang in [Lang::Ja, Lang::En] {
            let html = printed(&story, lang);
            well_formed(&html);
            for foreign in
                ["<script", "http://", "https://", "src=", "url(", "@import", "<link", "javascript"]
            {
                assert!(!html.contains(foreign), "{}: {foreign}", story.name);
            }
            assert!(html.contains("default-src 'none'"));
        }
    }
}

/// What a reader sees: the page without its tags.
fn visible(html: &str) -> String {
    let body = html.split_once("</head>").unwrap().1;
    let words: Vec<&str> = body.split('<').skip(1).filter_map(|part| Some(part.split_once('>')?.1)).collect();
    words.join(" ")
}

/// The text of the element that begins with `from`, up to `to`.
fn part<'a>(html: &'a str, from: &str, to: &str) -> &'a str {
    html.split_once(from).unwrap_or_else(|| panic!("no {from}")).1.split(to).next().unwrap()
}

#[test]
fn no_code_of_the_wire_reaches_a_reader() {
    let contract: serde_json::Value =
        serde_json::from_str(include_str!("../../../api/openapi.json")).unwrap();
    let text = contract["components"]["schemas"].to_string();
    // Names that no language has: camelCase and kebab-case within quotation marks.
    let mut codes: std::collections::BTreeSet<&str> = text
        .split('"')
        .filter(|s| {
            s.starts_with(|c: char| c.is_ascii_lowercase()) && s.chars().all(|c| c.is_ascii_alphanumeric())
        })
        .filter(|s| s.contains(|c: char| c.is_ascii_uppercase()))
        .collect();
    // A unit is its symbol.
    codes.remove("kPa");
    assert!(codes.contains("doctorAdvice") && codes.contains("lowPerfusion"), "{}", codes.len());
    for mut story in story::all() {
        let fact = |code: &str| yoban_domain::fact::FactKind::KindRefused {
            wanted: yoban_domain::mode::ServiceKind::OnlineExamination,
            code: code.to_owned(),
        };
        let last = story.facts.last().unwrap().clone();
        for code in ["doctor-only", "examination-no-plan", "from-a-later-version"] {
            story.facts.push(yoban_domain::fact::Fact { kind: fact(code), ..last.clone() });
        }
        for lang in [Lang::Ja, Lang::En] {
            let said = visible(&printed(&story, lang));
            let mut tokens = said.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            let found = tokens.find(|t| {
                codes.contains(t)
                    || t.ends_with("-only")
                    || t.starts_with("examination-")
                    || t.starts_with("from-a")
            });
            assert_eq!(found, None, "{} {lang:?}", story.name);
        }
    }
}

#[test]
fn the_top_says_who_when_and_what_was_decided() {
    let html = printed(&story::answered(), Lang::Ja);
    let top = html.split("<h2>").next().unwrap();
    for said in [
        "月島 ふみ",
        "87歳",
        "女性",
        "1939-02-11",
        "00012345",
        "2026年11月21日（土）",
        "呼出 <b>23:40</b>",
        "終了 <b>翌0:06</b>",
        "医師が往診",
        "髙橋 暁",
        "橙：1時間以内",
        "NEWS2 8",
        "座ったまま",
        "ペニシリン",
        "急変時は長女へ連絡",
    ] {
        assert!(top.contains(said), "{said}");
    }
    let top = printed(&story::answered(), Lang::En);
    for said in ["Fumi Tsukishima", "87 years", "Sat 2026-11-21", "A doctor makes a house call", "0:06 (+1)"]
    {
        assert!(top.split("<h2>").next().unwrap().contains(said), "{said}");
    }
}

#[test]
fn what_people_typed_stays_text() {
    let mut story = story::answered();
    let text = || Private::new(HOSTILE.to_owned());
    let name = || Name { kanji: text(), kana: text(), latin: text() };
    story.record.patient.name = name();
    story.record.patient.number = text();
    story.record.patient.birth_date = text();
    story.record.patient.summary = Private::new(Summary {
        conditions: vec![HOSTILE.to_owned()],
        allergies: vec![HOSTILE.to_owned()],
        medications: vec![HOSTILE.to_owned()],
        wishes: vec![HOSTILE.to_owned()],
        notices: vec![],
    });
    story.record.association.name = HOSTILE.to_owned();
    story.record.association.name_en = HOSTILE.to_owned();
    story.record.association.zone = HOSTILE.to_owned();
    for person in &mut story.record.people {
        person.name = name();
    }
    for institution in &mut story.record.institutions {
        institution.name = HOSTILE.to_owned();
        institution.name_en = HOSTILE.to_owned();
    }
    let encounter = &mut story.record.encounter;
    encounter.note = Some(text());
    encounter.sbar = Some(Private::new(Sbar {
        situation: text(),
        background: text(),
        assessment: text(),
        recommendation: text(),
    }));
    let decided = encounter.disposition.as_mut().unwrap();
    let mut disposition = decided.disposition.reveal().clone();
    (disposition.advice, disposition.reason_online) = (text(), Some(text()));
    decided.disposition = Private::new(disposition);
    let mut signed = story.signed.clone().unwrap();
    signed.digest = HOSTILE.to_owned();
    story.signed = Some(signed);
    for lang in [Lang::Ja, Lang::En] {
        let html = printed(&story, lang);
        well_formed(&html);
        assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("\"1\""));
        let escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;";
        assert!(html.matches(escaped).count() >= 15);
        // A right-to-left mark turns nothing outside its own name.
        let (before, _) = html.split_once('\u{202e}').unwrap();
        assert!(before.rfind("<bdi>") > before.rfind("</bdi>"));
        assert!(html.contains("UTC"), "an unknown zone is said, not guessed");
    }
}

#[test]
fn a_draft_and_a_changed_record_cannot_pass_for_signed() {
    let signed = story::answered();
    assert!(!printed(&signed, Lang::Ja).contains("class=\"watermark"));
    assert!(
        printed(&signed, Lang::Ja)
            .contains("5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef")
    );
    assert!(printed(&story::nurse_only(), Lang::Ja).contains("<span>下書き</span>"));
    assert!(printed(&story::nurse_only(), Lang::En).contains("<span>DRAFT</span>"));
    let mut changed = story::answered();
    changed.record.encounter.note = Some(Private::new("後から".to_owned()));
    let html = printed(&changed, Lang::Ja);
    assert!(html.contains("<span>署名後に変更あり</span>"));
    assert!(html.contains("署名はこの表示の内容には及びません"));
}

#[test]
fn the_ledger_and_consents_stand_in_the_words_of_the_law() {
    let html = printed(&story::answered(), Lang::Ja);
    for said in [
        "遠隔健康医療相談（医師以外）",
        "遠隔健康医療相談（医師）",
        "音声のみ",
        "端末で「はい」",
        "呼出による",
        "医籍登録1998年",
    ] {
        assert!(html.contains(said), "{said}");
    }
    let recorded = printed(&story::recorded(), Lang::Ja);
    for said in ["入室せず", "いいえ</span> 23:41", "23:40:21–23:41:51", "患者 拒否・撤回"] {
        assert!(recorded.contains(said), "{said}");
    }
    // Whoever was asked about twice has two answers, and a refused nurse did not come by the tap.
    let again = printed(&story::asked_again(), Lang::Ja);
    for said in [
        "口頭（確認：<bdi>灯野 あかり</bdi>） 23:40<br><span class=\"miss\">いいえ</span> 23:42",
        "<span class=\"miss\">いいえ</span> 23:42<br>呼出による",
    ] {
        assert!(again.contains(said), "{said}");
    }
    // One yes, also after a change of device and an end that was taken back.
    let moved = printed(&story::moved(), Lang::Ja);
    assert_eq!(moved.matches("呼出による").count(), 1, "the first nurse alone came by the tap");
    assert!(moved.contains("が別の端末に移り、通話を続けています。") && !moved.contains("戻りました"));
    let mut hole = story::answered();
    hole.record.encounter.attendees.iter_mut().for_each(|a| a.answers.clear());
    assert!(printed(&hole, Lang::Ja).contains("同意の記録なし"));
}

#[test]
fn a_running_call_and_an_empty_one_print_too() {
    let mut night = story::Night::begins();
    night.pass(30);
    let html = printed(&night.story("waiting", None), Lang::Ja);
    well_formed(&html);
    assert!(html.contains("転帰はまだ決まっていません") && html.contains("測定なし"));
    let mut wild = story::answered();
    let encounter = &mut wild.record.encounter;
    encounter.requested_at = Some(Timestamp(i64::MAX));
    encounter.ended_at = Some(Timestamp(i64::MIN));
    well_formed(&printed(&wild, Lang::En));
    let mut long = story::answered();
    long.record.encounter.ended_at = Some(story::TAP.plus(Span::minutes(60 * 24 * 400)));
    let html = printed(&long, Lang::Ja);
    assert!(html.len() < 60_000, "ticks of a plot are bounded");
    let mut end_of_time = story::answered();
    let encounter = &mut end_of_time.record.encounter;
    (encounter.requested_at, encounter.ended_at) = (Some(Timestamp(i64::MAX - 1)), None);
    for reading in &mut encounter.readings {
        let mut moved = reading.reveal().clone();
        (moved.taken_at, moved.received_at) = (Timestamp(i64::MAX), Timestamp(i64::MAX));
        *reading = Private::new(moved);
    }
    well_formed(&printed(&end_of_time, Lang::Ja));
}

#[test]
fn a_changed_decision_says_so_and_the_former_ones_stand_struck_through() {
    let plain = story::answered();
    assert!(!printed(&plain, Lang::Ja).contains("<s>") && !printed(&plain, Lang::Ja).contains("に変更"));
    let mut changed = plain;
    let encounter = &mut changed.record.encounter;
    let mut decided = encounter.disposition.clone().unwrap();
    let until = decided.at;
    decided.at = until.minus(Span::minutes(9));
    decided.disposition = Private::new(Disposition {
        outcome: Outcome::NurseVisit,
        advice: HOSTILE.to_owned().into(),
        reason_online: None,
    });
    let taken_back = Some(TakenBack::DoctorJoined);
    let fallen = Replaced { decided: decided.clone(), until, taken_back };
    encounter.replaced = vec![Replaced { decided, until, taken_back: None }, fallen];
    for (lang, new, old, fell) in [
        (Lang::Ja, "に変更</b>", "訪問看護師が訪問", "取り下げ（医師が加わった"),
        (Lang::En, ", changed at", "A nurse visits", "taken back at"),
    ] {
        let html = printed(&changed, lang);
        well_formed(&html);
        let struck: Vec<&str> = html.split("<s>").skip(1).map(|p| p.split("</s>").next().unwrap()).collect();
        assert_eq!(struck.len(), 2, "{html}");
        assert!(struck.iter().all(|s| s.contains(old) && s.contains("&lt;script&gt;")), "{struck:?}");
        let stands = part(&html, "<p class=\"what\">", "<s>");
        assert!(stands.contains(new) && !stands.contains(old), "{stands}");
        assert!(html.contains(fell));
    }
    changed.record.encounter.disposition = None;
    let html = printed(&changed, Lang::Ja);
    assert!(html.contains("転帰はまだ決まっていません") && html.matches("<s>").count() == 2);
}

#[test]
fn a_second_look_stands_with_the_decision_or_below_the_signature_that_does_not_cover_it() {
    let story = story::answered();
    let at = story.record.encounter.ended_at.unwrap().plus(Span::minutes(60));
    let note: Private<String> = "よく眠っている".to_owned().into();
    let looked = || yoban_domain::encounter::Looked { at, by: Some(story::nurse()), note: note.clone() };
    let taken = yoban_domain::wire::view::RecheckTaken { at, by: None, note: note.clone() };
    let sheet = |record, signed| visible(&page(record, signed, Some(&taken), Lang::Ja, &[]));
    let mut before = story.record.clone();
    before.encounter.rechecked = vec![looked()];
    let unsigned = sheet(&before, None);
    assert_eq!(unsigned.matches("よく眠っている").count(), 1, "once, with the decision");
    assert!(!unsigned.contains("署名の後"), "{unsigned}");
    let signed = story.signed.as_ref().unwrap();
    let after = sheet(&story.record, Some(signed));
    let (above, below) = after.split_once("署名の後").unwrap();
    assert!(!above.contains("よく眠っている") && below.contains("よく眠っている"), "{after}");
    assert!(above.contains(&signed.digest), "and the signature stands as it was");
}
