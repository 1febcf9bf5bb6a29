//! A trend of many points in few, without hiding anything a clinician looks for.

use std::collections::{BTreeMap, BTreeSet};

use super::feed::TrendPoint;

/// A trend of up to twice as many points goes out whole; a longer one in as many stretches: about the columns of a small
/// plot.
const STRETCHES: usize = 60;

/// A trend as a screen gets it: an hour of an oximeter that speaks every two seconds stays small. Of each stretch (all of
/// equally many points) the lowest and the highest of every number stay as they were measured, apart for each set of
/// flags, so that no fall and no doubt goes missing; besides the ends, and both sides of a gap.
pub fn thinned(points: Vec<TrendPoint>) -> Vec<TrendPoint> {
    if points.len() <= 2 * STRETCHES {
        return points;
    }
    let mut kept: BTreeSet<usize> = [0, points.len() - 1].into();
    for (n, _) in points.iter().enumerate().filter(|(_, point)| point.gap_before) {
        kept.extend([n.saturating_sub(1), n]);
    }
    let numbered: Vec<(usize, &TrendPoint)> = points.iter().enumerate().collect();
    for stretch in numbered.chunks(points.len().div_ceil(STRETCHES)) {
        let mut alike: BTreeMap<_, Vec<(usize, &TrendPoint)>> = BTreeMap::new();
        for (n, point) in stretch {
            alike.entry(&point.flags).or_default().push((*n, point));
        }
        alike.into_values().for_each(|alike| kept.extend(extremes(&alike)));
    }
    let mut places = 0..;
    points.into_iter().filter(|_| places.next().is_some_and(|n| kept.contains(&n))).collect()
}

/// The places of the lowest and the highest of each number; of points without numbers, the first.
fn extremes(points: &[(usize, &TrendPoint)]) -> BTreeSet<usize> {
    let numbers = points.iter().map(|(_, point)| point.values.len()).max().unwrap_or(0);
    let mut places = BTreeSet::new();
    for number in 0..numbers {
        let measured = || points.iter().filter_map(|(n, point)| Some((point.values.get(number)?.value, *n)));
        places.extend(measured().min_by(|a, b| a.0.cmp_value(b.0)).map(|(_, n)| n));
        places.extend(measured().max_by(|a, b| a.0.cmp_value(b.0)).map(|(_, n)| n));
    }
    if places.is_empty() {
        places.extend(points.first().map(|(n, _)| *n));
    }
    places
}
