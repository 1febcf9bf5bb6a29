//! A long trend goes out short, and nothing that matters goes missing.

use std::collections::BTreeSet;

use super::{
    super::{feed::*, thin::thinned, *},
    NOW, ago, device, id, pressure, spo2,
};
use crate::{
    id::ReadingId,
    time::{Span, Timestamp},
};

/// An hour of an oximeter that speaks every two seconds, with `other` in the place of one reading.
fn hour(other: impl Fn(u128) -> Option<Reading>) -> Vec<TrendPoint> {
    let readings: Vec<Reading> = (1..=1800)
        .map(|n| {
            let text = ["96", "97"][(n % 2) as usize];
            other(n).unwrap_or_else(|| device(n, spo2(text), at(n)))
        })
        .collect();
    trend(&readings, VitalKind::Spo2, ago(Span::minutes(61)), NOW)
}

fn at(n: u128) -> Timestamp {
    ago(Span::seconds(3602 - 2 * i64::try_from(n).unwrap()))
}

fn ids(points: &[TrendPoint]) -> BTreeSet<ReadingId> {
    points.iter().map(|point| point.id).collect()
}

#[test]
fn what_fits_goes_out_whole() {
    let points = hour(|_| None)[..120].to_vec();
    assert_eq!(thinned(points.clone()), points);
}

#[test]
fn a_long_trend_is_short_in_order_and_as_measured() {
    let points = hour(|_| None);
    let short = thinned(points.clone());
    assert!((60..=130).contains(&short.len()), "{}", short.len());
    assert_eq!((short.first(), short.last()), (points.first(), points.last()));
    assert!(short.windows(2).all(|two| two[0].at < two[1].at));
    assert!(short.iter().all(|point| points.contains(point)));
}

#[test]
fn the_one_low_value_of_an_hour_stays() {
    // Wherever it lies: with every n-th point kept it would be luck.
    for place in 700..760 {
        let short = thinned(hour(|n| (n == place).then(|| device(n, spo2("78"), at(n)))));
        assert!(ids(&short).contains(&id(place)), "{place}");
    }
    // The other number of two, too: a pressure whose lower one alone falls.
    let pressures: Vec<Reading> =
        (1..=500).map(|n| device(n, pressure("130", if n == 251 { "40" } else { "80" }), at(n))).collect();
    let short = thinned(trend(&pressures, VitalKind::BloodPressure, ago(Span::minutes(61)), NOW));
    assert!(ids(&short).contains(&id(251)) && short.len() < 200, "{}", short.len());
}

#[test]
fn a_doubted_value_stays_also_beside_lower_ones_and_many_of_them_stay_few() {
    let doubted = |n: u128| {
        let mut reading = device(n, spo2("95"), at(n));
        reading.flags.insert(Flag::Implausible);
        reading
    };
    let low = |n| device(n, spo2("60"), at(n));
    let short = thinned(hour(|n| match n {
        703 => Some(doubted(n)),
        700..=709 => Some(low(n)),
        _ => None,
    }));
    assert!(ids(&short).contains(&id(703)));
    let all_doubted = thinned(hour(|n| Some(doubted(n))));
    assert!(all_doubted.len() < 200 && all_doubted.iter().all(|point| point.doubtful));
}

#[test]
fn both_sides_of_a_gap_stay() {
    let mut points = hour(|_| None);
    points.drain(1000..1200);
    points[1000].gap_before = true;
    let short = ids(&thinned(points));
    assert!(short.contains(&id(1000)) && short.contains(&id(1201)));
}
