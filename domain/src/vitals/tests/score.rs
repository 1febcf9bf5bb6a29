//! NEWS2 against the chart, which is written down here a second time in another form.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use uuid::Uuid;

use super::{
    super::{score::*, *},
    NOW, ago, assessed, celsius, dec, device, flagged, pressure, pulse, respiration, spo2,
};
use crate::{
    id::PersonId,
    time::{Span, Timestamp},
};

/// The chart as intervals (RCP 2017, section C6): `parameter low high points`; temperature in tenths.
const CHART: &str = "
    resp 0 8 3 | resp 9 11 1 | resp 12 20 0 | resp 21 24 2 | resp 25 999 3
    one 0 91 3 | one 92 93 2 | one 94 95 1 | one 96 100 0
    two-air 0 83 3 | two-air 84 85 2 | two-air 86 87 1 | two-air 88 100 0
    two-o2 0 83 3 | two-o2 84 85 2 | two-o2 86 87 1 | two-o2 88 92 0
    two-o2 93 94 1 | two-o2 95 96 2 | two-o2 97 100 3
    sys 0 90 3 | sys 91 100 2 | sys 101 110 1 | sys 111 219 0 | sys 220 999 3
    pulse 0 40 3 | pulse 41 50 1 | pulse 51 90 0 | pulse 91 110 1 | pulse 111 130 2 | pulse 131 999 3
    temp 0 350 3 | temp 351 360 1 | temp 361 380 0 | temp 381 390 1 | temp 391 999 2
";

fn chart(parameter: &str, value: i64) -> i64 {
    for row in CHART.split(['|', '\n']) {
        let cells: Vec<&str> = row.split_whitespace().collect();
        if let [name, low, high, points] = cells[..]
            && name == parameter
            && (low.parse::<i64>().unwrap()..=high.parse().unwrap()).contains(&value)
        {
            return points.parse().unwrap();
        }
    }
    panic!("{parameter} {value} is not on the chart")
}

/// The seven values in the order of the chart; oxygen 1 = given, consciousness 1 = alert.
type Row = [i64; 7];

/// Their points.
fn by_chart(two: bool, [r, s, oxygen, p, h, alert, t]: Row) -> [i64; 7] {
    let column = match (two, oxygen) {
        (false, _) => "one",
        (true, 0) => "two-air",
        (true, _) => "two-o2",
    };
    [
        chart("resp", r),
        chart(column, s),
        oxygen * 2,
        chart("sys", p),
        chart("pulse", h),
        3 - alert * 3,
        chart("temp", t),
    ]
}

fn band(points: &[i64; 7]) -> Band {
    let total: i64 = points.iter().sum();
    match total {
        7.. => Band::High,
        5 | 6 => Band::Medium,
        _ if points.contains(&3) => Band::LowMedium,
        _ => Band::Low,
    }
}

fn subject(two: bool) -> Subject {
    let set = Spo2Scale::Two { set_by: PersonId(Uuid::from_u128(1)), set_at: Timestamp(0) };
    Subject { age_years: 84, pregnant: false, scale: if two { set } else { Spo2Scale::One } }
}

fn full([r, s, oxygen, p, h, alert, t]: Row) -> Inputs {
    Inputs {
        respiration: Some(r),
        spo2: Some(s),
        on_oxygen: Some(oxygen == 1),
        systolic: Some(p),
        pulse: Some(h),
        consciousness: Some(if alert == 1 { Consciousness::Alert } else { Consciousness::Voice }),
        temperature_tenths: Some(t),
    }
}

fn check(two: bool, row: Row) {
    let points = by_chart(two, row);
    let score = from_inputs(&subject(two), &full(row)).unwrap();
    let given: Vec<_> = score.items.iter().map(|i| (i64::from(i.min), i64::from(i.max))).collect();
    let wanted: Vec<_> = points.iter().map(|p| (*p, *p)).collect();
    let case = (two, row);
    assert_eq!(given, wanted, "{case:?}");
    assert_eq!((i64::from(score.min), score.min), (points.iter().sum(), score.max), "{case:?}");
    assert_eq!((score.band_min, score.band_max), (band(&points), band(&points)), "{case:?}");
    let three = if points.contains(&3) { SingleThree::Yes } else { SingleThree::No };
    assert_eq!((score.single_three, score.deciding.as_slice()), (three, &[][..]), "{case:?}");
}

#[test]
fn every_value_of_every_item_scores_as_on_the_chart() {
    for two in [false, true] {
        for oxygen in [0, 1] {
            (0..=100).for_each(|s| check(two, [16, s, oxygen, 120, 70, 1, 370]));
            (0..=99).for_each(|r| check(two, [r, 90, oxygen, 120, 70, 1, 370]));
            (0..=400).for_each(|p| check(two, [16, 90, oxygen, p, 70, 1, 370]));
            (0..=400).for_each(|h| check(two, [16, 90, oxygen, 120, h, 1, 370]));
            (250..=450).for_each(|t| check(two, [16, 90, oxygen, 120, 70, 1, t]));
            [0, 1].into_iter().for_each(|alert| check(two, [16, 90, oxygen, 120, 70, alert, 370]));
        }
    }
    let acvpu = |level| {
        let inputs = Inputs { consciousness: Some(level), ..full([16, 97, 0, 120, 70, 1, 370]) };
        from_inputs(&subject(false), &inputs).unwrap().min
    };
    use Consciousness::{Alert, Confusion, Pain, Unresponsive, Voice};
    assert_eq!([Alert, Confusion, Voice, Pain, Unresponsive].map(acvpu), [0, 3, 3, 3, 3]);
}

const RESP: [i64; 8] = [8, 9, 11, 12, 20, 21, 24, 25];
const SPO2: [i64; 17] = [83, 84, 85, 86, 87, 88, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 50];
const SYS: [i64; 8] = [90, 91, 100, 101, 110, 111, 219, 220];
const PULSE: [i64; 10] = [40, 41, 50, 51, 90, 91, 110, 111, 130, 131];
const TEMP: [i64; 8] = [350, 351, 360, 361, 380, 381, 390, 391];

/// One full set of inputs, as indices into the edges.
type Pick = [usize; 7];

fn picks() -> impl Strategy<Value = Pick> {
    (0..8_usize, 0..17_usize, 0..2_usize, 0..8_usize, 0..10_usize, 0..2_usize, 0..8_usize)
        .prop_map(|(a, b, c, d, e, f, g)| [a, b, c, d, e, f, g])
}

const WIDTHS: Pick = [8, 17, 2, 8, 10, 2, 8];

fn row(at: Pick) -> Row {
    let flag = |i: usize| i64::try_from(at[i]).unwrap();
    [RESP[at[0]], SPO2[at[1]], flag(2), SYS[at[3]], PULSE[at[4]], flag(5), TEMP[at[6]]]
}

proptest! {
    #[test]
    fn any_mixture_of_edges_scores_as_on_the_chart(two in any::<bool>(), at in picks()) {
        check(two, row(at));
    }
}

/// All completions of the items in `missing` (as a bit mask), each with its points.
fn completions(two: bool, known: Pick, missing: u32) -> Vec<(Pick, [i64; 7])> {
    let mut all = vec![known];
    for item in (0..7).filter(|i| missing & (1 << i) != 0) {
        let spread = |at: Pick| {
            (0..WIDTHS[item]).map(move |n| {
                let mut to = at;
                to[item] = n;
                to
            })
        };
        all = all.into_iter().flat_map(spread).collect();
    }
    all.into_iter().map(|at| (at, by_chart(two, row(at)))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]
    /// Interval, bands, the rule of three and the deciding items are exactly what trying every completion gives.
    #[test]
    fn the_interval_contains_every_completion_and_is_tight(two in any::<bool>(), known in picks(), missing in 0_u32..128) {
        // Trying all completions of more than three items takes too long in a test build.
        prop_assume!(missing.count_ones() <= 3);
        let mut inputs = full(row(known));
        let gone = |i: u32| missing & (1 << i) != 0;
        if gone(0) { inputs.respiration = None }
        if gone(1) { inputs.spo2 = None }
        if gone(2) { inputs.on_oxygen = None }
        if gone(3) { inputs.systolic = None }
        if gone(4) { inputs.pulse = None }
        if gone(5) { inputs.consciousness = None }
        if gone(6) { inputs.temperature_tenths = None }
        let score = from_inputs(&subject(two), &inputs).unwrap();

        let all = completions(two, known, missing);
        let totals: BTreeSet<i64> = all.iter().map(|(_, points)| points.iter().sum()).collect();
        prop_assert_eq!(i64::from(score.min), *totals.first().unwrap());
        prop_assert_eq!(i64::from(score.max), *totals.last().unwrap());
        let bands: BTreeSet<Band> = all.iter().map(|(_, points)| band(points)).collect();
        prop_assert_eq!(score.band_min, *bands.first().unwrap());
        prop_assert_eq!(score.band_max, *bands.last().unwrap());
        let threes: BTreeSet<bool> = all.iter().map(|(_, points)| points.contains(&3)).collect();
        let rule = match (threes.contains(&true), threes.contains(&false)) {
            (true, true) => SingleThree::Open,
            (true, false) => SingleThree::Yes,
            (false, _) => SingleThree::No,
        };
        prop_assert_eq!(score.single_three, rule);

        let mut deciding = Vec::new();
        for (item, name) in Item::ALL.into_iter().enumerate() {
            let mut by_others: BTreeMap<Pick, BTreeSet<Band>> = BTreeMap::new();
            for (at, points) in &all {
                let mut others = *at;
                others[item] = 0;
                by_others.entry(others).or_default().insert(band(points));
            }
            if by_others.values().any(|bands| bands.len() > 1) {
                deciding.push(name);
            }
        }
        prop_assert_eq!(&score.deciding, &deciding);
        prop_assert!(score.deciding.is_empty() == (score.band_min == score.band_max));
    }
}

#[test]
fn nothing_known_leaves_everything_open() {
    let score = from_inputs(&subject(true), &Inputs::default()).unwrap();
    assert_eq!((score.min, score.max), (0, 20));
    assert_eq!((score.band_min, score.band_max), (Band::Low, Band::High));
    assert_eq!((score.single_three, score.deciding.len()), (SingleThree::Open, 7));
    assert_eq!(score.missing().count(), 7);
}

#[test]
fn on_scale_two_saturation_and_oxygen_move_together() {
    let inputs = Inputs { on_oxygen: None, ..full([16, 97, 0, 120, 70, 1, 370]) };
    let two = from_inputs(&subject(true), &inputs).unwrap();
    assert_eq!((two.min, two.max, two.band_max), (0, 5, Band::Medium));
    assert_eq!(two.deciding, [Item::Oxygen]);
    let one = from_inputs(&subject(false), &inputs).unwrap();
    assert_eq!((one.min, one.max, one.single_three), (0, 2, SingleThree::No));
}

#[test]
fn children_and_pregnancy_are_refused() {
    let inputs = full([16, 97, 0, 120, 70, 1, 370]);
    let child = Subject { age_years: 15, ..subject(false) };
    assert_eq!(from_inputs(&child, &inputs), Err(NotScored::TooYoung));
    assert!(from_inputs(&Subject { age_years: 16, ..child }, &inputs).is_ok());
    assert_eq!(from_inputs(&Subject { pregnant: true, ..subject(false) }, &inputs), Err(NotScored::Pregnant));
}

#[test]
fn the_night_call_from_readings_to_score() {
    let minutes = |n| ago(Span::minutes(n));
    let mut readings = vec![
        device(1, spo2("91"), minutes(1)),
        device(2, pulse("112"), minutes(1)),
        device(3, pressure("104", "62"), minutes(5)),
        device(4, celsius("38.05"), minutes(20)),
    ];
    let score = news2(&readings, &subject(false), NOW).unwrap();
    // 3 + 2 + 1 + 1 (38.05 is banded as 38.1); breathing, oxygen and consciousness are the nurse's to add.
    assert_eq!((score.min, score.max, score.band_min), (7, 15, Band::High));
    assert_eq!(score.missing().collect::<Vec<_>>(), [Item::Respiration, Item::Oxygen, Item::Consciousness]);
    assert!(score.deciding.is_empty(), "already high");
    let temperature = score.items.iter().find(|i| i.item == Item::Temperature).unwrap();
    assert_eq!(
        (temperature.scored_value.unwrap().text(), temperature.reading),
        ("38.1".into(), Some(super::id(4)))
    );

    readings.push(assessed(5, respiration("22"), NOW));
    readings.push(assessed(6, Vital::Oxygen { supply: Supply::Air }, NOW));
    readings.push(assessed(7, Vital::Consciousness { level: Consciousness::Alert }, NOW));
    let score = news2(&readings, &subject(false), NOW).unwrap();
    assert_eq!((score.min, score.max, score.missing().count()), (9, 9, 0));
}

#[test]
fn stale_and_marked_values_are_missing() {
    let stale = device(1, spo2("80"), ago(Span::minutes(11)));
    let demo = flagged(2, spo2("80"), NOW, Flag::Demo);
    let future = super::sent(3, spo2("80"), NOW.plus(Span::minutes(3))).accept(NOW, EnteredBy::Household);
    let impossible = device(4, spo2("8"), NOW);
    for reading in [stale, demo, future, impossible] {
        let score = news2([&reading], &subject(false), NOW).unwrap();
        assert_eq!((score.min, score.missing().count()), (0, 7), "{:?}", reading.flags);
    }
    let fresh = device(5, spo2("80"), NOW);
    let score = news2([&fresh], &subject(false), NOW).unwrap();
    assert_eq!(score.min, 3);
    // Until when it counts is said beside it, and holds.
    let [until] = score.items.iter().filter_map(|item| item.stale_at).collect::<Vec<_>>()[..] else {
        panic!("one value, one end");
    };
    let later = |at| news2([&fresh], &subject(false), at).unwrap().missing().count();
    assert_eq!((later(until.minus(Span(1))), later(until)), (6, 7));
}

#[test]
fn the_newer_of_pulse_and_heart_rate_counts() {
    let beat =
        |n, rate: &str, at| device(n, Vital::HeartRate { value: dec(rate), unit: RateUnit::PerMinute }, at);
    let readings = [device(1, pulse("70"), ago(Span::minutes(2))), beat(2, "132", ago(Span::minutes(1)))];
    assert_eq!(news2(&readings, &subject(false), NOW).unwrap().min, 3);
    let readings = [device(1, pulse("70"), ago(Span::minutes(1))), beat(2, "132", ago(Span::minutes(2)))];
    assert_eq!(news2(&readings, &subject(false), NOW).unwrap().min, 0);
}
