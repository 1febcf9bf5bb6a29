//! The sheets themselves: whose each is, what stands where, and that paper and screen say the same.

use yoban_domain::people::Name;
use yoban_domain::private::Private;
use yoban_domain::time::Span;
use yoban_domain::timeline::timeline;
use yoban_domain::vitals::VitalKind;
use yoban_domain::words;

use super::{Lang, page, part, printed, story};

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

/// The plots are of the call: what was measured before the tap or after the end stands on no other line of the paper.
#[test]
fn what_was_measured_outside_the_call_keeps_its_line() {
    let mut story = story::answered();
    let lines = |story: &story::Story| {
        let html = printed(story, Lang::Ja);
        part(&html, "<section class=\"timeline\">", "</section>").to_owned()
    };
    let before = lines(&story);
    let (from, until) = story.record.window();
    let mut ids = Vec::new();
    let mut outside = [from.plus(Span::minutes(-30)), until.plus(Span::minutes(30))].into_iter();
    for kept in &mut story.record.encounter.readings {
        let mut reading = kept.reveal().clone();
        if reading.vital.kind() == VitalKind::Spo2
            && !reading.doubtful()
            && let Some(at) = outside.next()
        {
            (reading.taken_at, reading.received_at) = (at, at);
            ids.push(reading.id);
            *kept = Private::new(reading);
        }
    }
    let section = lines(&story);
    assert_eq!(section.matches("<li>").count(), before.matches("<li>").count() + ids.len());
    assert_eq!(ids.len(), 2);
    for entry in timeline(&story.facts, &story.record.people) {
        if entry.reading.is_some_and(|id| ids.contains(&id)) {
            assert!(section.contains(entry.text.reveal()), "{}", entry.text.reveal());
        }
    }
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
            says(&format!("NEWS2 {}", crate::encounter_page::vitals::total(score)));
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
        let struck = html.matches("<s>").count();
        assert_eq!(struck, record.replaced().len(), "{}", story.name);
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
