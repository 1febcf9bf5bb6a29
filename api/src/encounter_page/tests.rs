//! The page of whole stories, hostile text, and the marks that keep a reader from a wrong conclusion.

#[path = "../../../domain/tests/fhir/story.rs"]
mod story;

use yoban_domain::people::{Name, Summary};
use yoban_domain::private::Private;
use yoban_domain::session::Sbar;
use yoban_domain::time::{Span, Timestamp};
use yoban_domain::timeline::timeline;
use yoban_domain::vitals::Origin;
use yoban_domain::words;

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
fn of_a_patient_who_is_pregnant_no_score_is_printed() {
    let mut story = story::answered();
    story.record.patient.pregnant = true;
    let (ja, en) = (printed(&story, Lang::Ja), printed(&story, Lang::En));
    assert!(!ja.contains("NEWS2 8") && ja.contains("妊娠中のため計算しません"));
    assert!(en.contains("Not scored: pregnancy"));
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

/// The strokes of the first plot's line: M lifts the pen, L draws.
fn strokes(html: &str) -> String {
    let line = html.split("<g class=\"line\"><path d=\"").nth(1).unwrap();
    let path = line.split('"').next().unwrap();
    path.chars().filter(char::is_ascii_uppercase).collect()
}

#[test]
fn a_gap_is_a_gap_and_doubtful_values_stand_beside_the_line() {
    let html = printed(&story::answered(), Lang::Ja);
    // Four values, twenty minutes of nothing, two values: one lift of the pen in between.
    assert_eq!(strokes(&html), "MLLLML");
    let spo2 = html.split("<figure>").nth(1).unwrap().split("</figure>").next().unwrap();
    assert_eq!(spo2.matches("class=\"doubt\"").count(), 3);
    for said in
        ["SpO2 250 %", "ありえない値", "SpO2 71 %", "センサーが外れています", "機器の時計が進んでいます"]
    {
        assert!(html.contains(said), "{said}");
    }
    let mut close = story::Night::begins();
    for _ in 0..3 {
        close.measured(story::spo2("97"), Origin::Device { model: None }, &[], 0);
        close.pass(60);
    }
    assert_eq!(strokes(&printed(&close.story("close", None), Lang::Ja)), "MLL");
}

#[test]
fn a_simulated_value_is_called_simulated_wherever_it_stands() {
    let html = printed(&story::nurse_only(), Lang::Ja);
    assert_eq!(html.matches("class=\"sim\" cx").count(), 2, "hollow in the plots");
    assert_eq!(html.matches("模擬　</span>").count(), 2, "beside the headline values");
    assert_eq!(html.matches("模擬</small>").count(), 2, "beside the score's inputs");
    let mut real = story::Night::begins();
    real.measured(story::spo2("97"), Origin::Device { model: None }, &[], 0);
    let html = printed(&real.story("real", None), Lang::Ja);
    assert!(html.contains("class=\"dot\" cx") && !html.contains("class=\"sim\" cx"));
}

#[test]
fn missing_items_show_as_an_interval_with_what_decides() {
    let html = printed(&story::nurse_only(), Lang::Ja);
    assert!(html.contains("NEWS2 0–12") && html.contains("低から高"));
    assert!(html.contains("区分を左右する不足項目：呼吸数、収縮期血圧、意識、体温"));
    let mut child = story::nurse_only();
    child.record.patient.birth_date = Private::new("2016-04-01".to_owned());
    let html = printed(&child, Lang::En);
    assert!(html.contains("Not scored: under 16") && !html.contains("chip red"));
}

#[test]
fn another_unit_is_shown_in_the_usual_one_with_the_digits_given() {
    let html = printed(&story::answered(), Lang::Ja);
    assert!(html.contains("112 mg/dL = 6.2 mmol/L"));
    assert!(html.contains("151/86 mmHg = 20.1/11.5 kPa"));
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

/// The text of the element that begins with `from`, up to `to`.
fn part<'a>(html: &'a str, from: &str, to: &str) -> &'a str {
    html.split_once(from).unwrap_or_else(|| panic!("no {from}")).1.split(to).next().unwrap()
}

#[test]
fn every_sheet_says_whose_record_it_is_which_one_and_which_sheet() {
    let story = story::answered();
    let html = printed(&story, Lang::Ja);
    let style = part(&html, "<style>", "</style>");
    let session = story.record.encounter.session.to_string();
    for said in
        ["月島 ふみ", "00012345", "1939-02-11", &session, "第1版", "counter(page) \" / \" counter(pages)"]
    {
        assert!(style.contains(said), "{said}");
    }
    assert!(part(&printed(&story, Lang::En), "<style>", "</style>").contains("Fumi Tsukishima"));
    let draft = story::nurse_only();
    assert!(part(&printed(&draft, Lang::Ja), "<style>", "</style>").contains("下書き"));
    // A name cannot leave its string, nor the style sheet, nor turn the line around.
    let mut hostile = story::answered();
    let name = || Private::new("\"; } body { display: none } </style><b>\u{202e}\\22 \n'".to_owned());
    hostile.record.patient.name = Name { kanji: name(), kana: name(), latin: name() };
    let html = printed(&hostile, Lang::Ja);
    assert_eq!(html.matches("</style>").count(), 1);
    let style = part(&html, "<style>", "</style>");
    let line = style.lines().find(|l| l.contains("00012345")).unwrap();
    assert_eq!(line.matches('"').count(), 2, "{line}");
    assert!(!line.contains("display: none }") && !line.contains('\u{202e}'), "{line}");
}

#[test]
fn the_time_line_leaves_to_the_plots_what_nothing_is_known_of() {
    let story = story::answered();
    let entries = timeline(&story.facts, &story.record.people);
    let unmarked = |e: &&yoban_domain::wire::rest::TimelineEntry| {
        e.measured.as_ref().unwrap().flags.iter().all(|f| *f == yoban_domain::vitals::Flag::Ongoing)
    };
    let (plain, marked): (Vec<_>, Vec<_>) =
        entries.iter().filter(|e| e.reading.is_some()).partition(unmarked);
    // A few of a kind, as of a cuff, keep their numbers.
    let of = |kind| plain.iter().filter(|e| e.measured.as_ref().unwrap().kind == kind).count();
    let (plain, few): (Vec<_>, Vec<_>) =
        plain.iter().partition(|e| of(e.measured.as_ref().unwrap().kind) > 3);
    assert!(plain.len() > 3 && marked.len() > 1 && few.len() > 1, "{} {}", plain.len(), few.len());
    let html = printed(&story, Lang::Ja);
    let section = part(&html, "<section class=\"timeline\">", "</section>");
    let rest = entries.len() - plain.len();
    assert_eq!(section.matches("<li>").count(), rest);
    for entry in marked.into_iter().chain(few.into_iter().copied()) {
        assert!(section.contains(entry.text.reveal()), "{}", entry.text.reveal());
    }
    assert!(section.contains(&format!("印のない測定値{}件", plain.len())), "{section}");
    let english = printed(&story, Lang::En);
    assert!(english.contains(&format!("{} readings without a mark", plain.len())));
    let none: Vec<_> = entries.iter().filter(|e| e.reading.is_none()).cloned().collect();
    let html = page(&story.record, None, None, Lang::Ja, &none);
    assert!(!html.contains("印のない測定値"), "nothing was left out");
}

/// What the screen is given of a record, `EncounterView`, stands on paper too.
#[test]
fn the_screen_shows_what_is_printed() {
    for story in story::all() {
        let record = &story.record;
        let html = printed(&story, Lang::Ja);
        let (found, vitals) = (record.findings(), record.vitals());
        let says = |what: &str| assert!(html.contains(&what.replace('\n', "<br>")), "{}: {what}", story.name);
        if let Some(urgency) = found.urgency {
            says(&format!(
                "</dt><dd><b class=\"{0}\">{1}</b>",
                words::urgency(urgency).code,
                words::urgency(urgency).ja
            ));
        }
        match &found.red_flags {
            None => says("確認していない"),
            Some(flags) if flags.is_empty() => says("該当なし"),
            Some(flags) => flags.iter().for_each(|flag| says(words::red_flag(*flag).ja)),
        }
        assert_eq!(
            found.sudden,
            found.urgency.is_some_and(|u| u.is_sudden()) || found.red_flags.is_some_and(|f| !f.is_empty())
        );
        if let Some(method) = found.identity {
            let by = found.identity_by.map_or_else(String::new, |by| by.name.kanji.reveal().clone());
            says(&format!("<dd>{}（<bdi>{by}</bdi>）", words::identity(method).ja));
        }
        if let Some(sbar) = &found.sbar {
            for text in [&sbar.situation, &sbar.background, &sbar.assessment, &sbar.recommendation] {
                says(text.reveal());
            }
        }
        if let Some(note) = &found.note {
            says(note.reveal());
        }
        if let Some(score) = &vitals.score
            && !vitals.latest.is_empty()
        {
            says(&format!("NEWS2 {}", super::vitals::total(score)));
            assert_eq!(part(&html, "class=\"news\"", "</div>").matches("<tr").count(), score.items.len());
        }
        for trend in &vitals.trends {
            assert!(trend.points.iter().all(|p| p.at <= record.window().1 && p.at >= record.window().0));
        }
        for latest in &vitals.latest {
            let numbers: Vec<String> = latest.values.iter().map(|v| v.value.text()).collect();
            if !latest.reading.doubtful() && !numbers.is_empty() {
                says(&numbers[..numbers.len().min(2)].join("/"));
            }
            let clean = record.encounter.readings.iter().map(|r| r.reveal());
            let clean = clean.filter(|r| r.vital.kind() == latest.kind && !r.doubtful());
            if let Some(newest) = clean.max_by_key(|r| (r.at(), r.received_at, r.id)) {
                assert_eq!(latest.reading.id, newest.id, "a doubtful value never hides a good one");
            }
        }
        if !found.ledger.is_empty() {
            let rows = part(&html, "診療形態の記録</h2>", "</table>");
            assert_eq!(rows.matches("<tr").count(), found.ledger.len() + 1);
            found.ledger.iter().for_each(|i| assert!(rows.contains(words::service_kind(i.kind).ja)));
        }
        let attended = record.attended().len();
        if attended > 0 {
            let rows = part(&html, "参加者と患者の同意</h2>", "</table>");
            assert_eq!(rows.matches("<tr").count(), attended + 1, "{}", story.name);
        }
        if let Some(chosen) = record.scale_chosen() {
            says(chosen.reason.reveal());
        }
    }
}

#[test]
fn a_long_note_has_the_whole_width_and_checks_stand_before_the_vital_signs() {
    let mut story = story::answered();
    story.record.encounter.note = Some(Private::new("長い記録".repeat(400)));
    let html = printed(&story, Lang::Ja);
    let at = |what: &str| html.find(what).unwrap_or_else(|| panic!("no {what}"));
    let order = [
        "class=\"decision\"",
        "SBAR（看護師）",
        "本人確認",
        "バイタルサイン</h2>",
        "<p class=\"note\">",
        "参加者と患者の同意",
    ];
    assert!(order.windows(2).all(|two| at(two[0]) < at(two[1])), "{order:?}");
    let columns = part(&html, "<div class=\"cols\">", "バイタルサイン</h2>");
    assert!(!columns.contains("長い記録"), "beside nothing");
}
