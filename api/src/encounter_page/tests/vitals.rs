//! Vital signs and NEWS2 on paper: no reader takes a doubtful, simulated or missing value for a sure one.

use yoban_domain::private::Private;
use yoban_domain::vitals::score::{Inputs, Spo2Scale, Subject, from_inputs};
use yoban_domain::vitals::{Consciousness, Origin};

use super::{Lang, printed, story};
use crate::encounter_page::vitals::colour;

#[test]
fn of_a_patient_who_is_pregnant_no_score_is_printed() {
    let mut story = story::answered();
    story.record.patient.pregnant = true;
    let (ja, en) = (printed(&story, Lang::Ja), printed(&story, Lang::En));
    assert!(!ja.contains("NEWS2 8") && ja.contains("妊娠中のため計算しません"));
    assert!(en.contains("Not scored: pregnancy"));
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
fn the_colour_of_the_score_is_that_of_what_is_certain() {
    let of = |inputs: Inputs| {
        let subject = Subject { age_years: 80, pregnant: false, scale: Spo2Scale::One };
        let score = from_inputs(&subject, &inputs).unwrap();
        (score.min, score.max, colour(&score))
    };
    let well = Inputs {
        respiration: Some(16),
        spo2: Some(97),
        on_oxygen: Some(false),
        systolic: Some(130),
        pulse: Some(70),
        consciousness: Some(Consciousness::Alert),
        temperature_tenths: Some(368),
    };
    let but = |respiration, spo2, on_oxygen| Inputs { respiration, spo2, on_oxygen, ..well };
    assert_eq!(of(well), (0, 0, "green"));
    assert_eq!(of(but(Some(16), Some(91), Some(false))), (3, 3, "yellow"));
    assert_eq!(
        of(but(None, Some(91), Some(true))),
        (5, 8, "orange"),
        "it may be high, and is not known to be"
    );
    assert_eq!(of(but(Some(26), Some(91), None)), (6, 8, "orange"));
    assert_eq!(of(but(Some(26), Some(91), Some(true))), (8, 8, "red"));
    assert_eq!(of(Inputs { respiration: None, ..well }), (0, 3, "open"));
    let html = printed(&story::nurse_only(), Lang::Ja);
    assert!(
        html.contains("<span class=\"chip open\">NEWS2 0–12"),
        "nothing alarms because it was not measured"
    );
    assert!(printed(&story::answered(), Lang::Ja).contains("<span class=\"chip red\">NEWS2 8"));
}
