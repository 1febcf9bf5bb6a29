//! What is current, and the stretch behind it.

use proptest::prelude::*;

use super::{
    super::{feed::*, *},
    NOW, ago, assessed, celsius, device, flagged, id, pressure, pulse, sent, spo2,
};
use crate::time::{Span, Timestamp};

#[test]
fn the_newest_of_each_kind_with_its_age() {
    let readings = [
        device(1, spo2("97"), ago(Span::seconds(70))),
        device(2, spo2("91"), ago(Span::seconds(4))),
        device(3, pressure("132", "81"), ago(Span::minutes(31))),
        device(4, celsius("37.2"), ago(Span::minutes(31))),
    ];
    let seen = latest(&readings, NOW);
    let brief: Vec<_> = seen.iter().map(|l| (l.kind, l.age.0 / 1000, l.stale, l.counts)).collect();
    assert_eq!(
        brief,
        [
            (VitalKind::Spo2, 4, false, true),
            (VitalKind::BloodPressure, 1860, true, false),
            (VitalKind::Temperature, 1860, false, true),
        ]
    );
    let numbers: Vec<_> = seen[1].values.iter().map(|v| (v.measure, v.value.text())).collect();
    assert_eq!(numbers, [(Measure::Systolic, "132".into()), (Measure::Diastolic, "81".into())]);
}

#[test]
fn a_late_reading_takes_its_place_in_time() {
    let late = sent(9, spo2("99"), ago(Span::minutes(5))).accept(NOW, EnteredBy::Household);
    let readings = [device(1, spo2("91"), ago(Span::minutes(1))), late];
    assert_eq!(latest(&readings, NOW)[0].reading.id, id(1));
    let order: Vec<_> =
        trend(&readings, VitalKind::Spo2, ago(Span::minutes(60)), NOW).iter().map(|p| p.id).collect();
    assert_eq!(order, [id(9), id(1)]);
}

#[test]
fn a_clock_that_runs_ahead_does_not_hide_what_is_entered_later() {
    for ahead in [Span::seconds(1), Span::minutes(10)] {
        let early = sent(1, celsius("36.5"), NOW.plus(ahead)).accept(NOW, EnteredBy::Household);
        let later =
            sent(2, celsius("37.8"), NOW.plus(Span(500))).accept(NOW.plus(Span(500)), EnteredBy::Household);
        let readings = [later, early];
        let now = NOW.plus(Span::seconds(1));
        assert_eq!(latest(&readings, now)[0].reading.id, id(2), "{ahead:?}");
        assert_eq!(counting(&readings, now)[&VitalKind::Temperature].id, id(2), "{ahead:?}");
    }
}

#[test]
fn a_marked_value_is_shown_and_an_older_clean_one_counts() {
    for flag in [Flag::Demo, Flag::Test, Flag::NotOnUser, Flag::Questionable, Flag::FromMemory] {
        let readings = [
            device(1, spo2("91"), ago(Span::minutes(2))),
            flagged(2, spo2("99"), ago(Span::seconds(1)), flag),
        ];
        let shown = &latest(&readings, NOW)[0];
        assert_eq!((shown.reading.id, shown.stale, shown.counts), (id(2), false, false), "{flag:?}");
        assert_eq!(counting(&readings, NOW)[&VitalKind::Spo2].id, id(1), "{flag:?}");
    }
}

#[test]
fn breathing_consciousness_and_oxygen_count_from_a_clinician_only() {
    let vitals = [
        super::respiration("18"),
        Vital::Consciousness { level: Consciousness::Alert },
        Vital::Oxygen { supply: Supply::Air },
    ];
    for vital in vitals {
        let household = NewReading { origin: Origin::Manual, ..sent(2, vital, NOW) };
        assert!(assessed(1, vital, NOW).counts(NOW));
        assert!(!household.accept(NOW, EnteredBy::Household).counts(NOW));
        assert!(!device(3, vital, NOW).counts(NOW), "a bed sensor's breathing rate is shown, not scored");
    }
    assert!(device(4, pulse("80"), NOW).counts(NOW));
}

#[test]
fn stale_begins_after_the_span() {
    let rule = rules::rule(VitalKind::Spo2);
    let reading = device(1, spo2("97"), NOW);
    let edge = NOW.plus(rule.stale_after);
    assert!(!reading.is_stale(edge) && reading.counts(edge));
    assert!(reading.is_stale(edge.plus(Span(1))) && !reading.counts(edge.plus(Span(1))));
    // A screen is told when, and says the same by its own clock.
    let told = latest([&reading], NOW)[0].stale_at;
    assert!(latest([&reading], told)[0].stale && !latest([&reading], told.minus(Span(1)))[0].stale);
}

#[test]
fn a_gap_is_a_gap_and_a_double_is_one() {
    let at = |minute: i64| ago(Span::minutes(60 - minute));
    let readings = [
        device(1, spo2("97"), at(1)),
        device(2, spo2("96"), at(11)),
        flagged(3, spo2("60"), at(12), Flag::Movement),
        device(3, spo2("60"), at(13)),
        device(4, spo2("93"), at(24)),
        device(5, spo2("92"), at(59)),
        device(6, pulse("99"), at(30)),
    ];
    let points = trend(&readings, VitalKind::Spo2, at(0), at(58));
    let brief: Vec<_> = points.iter().map(|p| (p.id, p.gap_before, p.doubtful)).collect();
    assert_eq!(
        brief,
        [(id(1), false, false), (id(2), false, false), (id(3), false, true), (id(4), true, false)]
    );
}

proptest! {
    /// The order in which readings reach the feed does not matter.
    #[test]
    fn order_of_arrival_does_not_matter(
        (readings, shuffled) in prop::collection::vec((0_u128..9, 0_i64..5, 0_i64..5, 90_i32..99), 0..12).prop_flat_map(|raw| {
            let readings: Vec<_> = raw.into_iter().map(|(n, taken, received, value)| {
                let taken = Timestamp(NOW.0 - taken * 60_000);
                let vital = if n % 2 == 0 { spo2(&value.to_string()) } else { pulse(&value.to_string()) };
                // One id is one reading: everything about it follows from the id where ids collide.
                sent(n * 1000 + u128::try_from(value).unwrap(), vital, taken)
                    .accept(Timestamp(NOW.0 - received * 60_000), EnteredBy::Household)
            }).collect();
            (Just(readings.clone()), Just(readings).prop_shuffle())
        })
    ) {
        let brief = |set: &[Reading]| latest(set, NOW).into_iter().map(|l| (l.kind, l.reading.at(), l.reading.id)).collect::<Vec<_>>();
        prop_assert_eq!(brief(&readings), brief(&shuffled));
    }
}

#[test]
fn the_next_staleness_is_the_instant_at_which_the_view_is_another() {
    let readings = [
        device(1, spo2("97"), ago(Span::minutes(9))),
        flagged(2, spo2("99"), ago(Span::minutes(1)), Flag::Questionable),
        device(3, celsius("37.2"), ago(Span::minutes(2))),
        device(4, pressure("132", "81"), ago(Span::minutes(300))),
    ];
    let view = |now| {
        (latest(&readings, now).iter().map(|l| l.stale).collect::<Vec<_>>(), counting(&readings, now).len())
    };
    let mut now = NOW;
    let mut seen = vec![view(now)];
    let mut at = Vec::new();
    while let Some(next) = next_stale(&readings, now) {
        assert_eq!(view(next.minus(Span(1))), view(now), "nothing changes before");
        assert_ne!(view(next), view(now), "and then it does");
        now = next;
        at.push(next.since(NOW).0);
        seen.push(view(now));
    }
    // The older clean oxygen that counts, then the newer marked one that is shown, then the temperature.
    assert_eq!(at, [60_001, 540_001, Span::minutes(58).0 + 1]);
    assert_eq!(seen.last(), Some(&(vec![true, true, true], 0)));
}
