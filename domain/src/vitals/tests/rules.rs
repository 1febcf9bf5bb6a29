//! The table, and what is impossible.

use proptest::prelude::*;

use super::{
    super::{rules, *},
    NOW, ago, celsius, dec, device, pressure, pulse, respiration, sent, spo2,
};
use crate::time::{Span, Timestamp};

#[test]
fn every_kind_has_a_rule_of_its_own() {
    for (kind, rule) in VitalKind::ALL.into_iter().zip(rules::all()) {
        assert_eq!(rule.kind, kind);
        assert!(rule.stale_after > Span(0) && !rule.ja.is_empty() && !rule.loinc.is_empty());
        assert!(rule.measures.iter().all(|m| m.low < m.high && !m.ucum.is_empty() && !m.unit.is_empty()));
    }
    let names: std::collections::BTreeSet<_> = rules::all().map(|rule| rule.ja).collect();
    assert_eq!(names.len(), VitalKind::ALL.len());
}

#[test]
fn codes_are_those_of_the_standard() {
    let codes = |kind| (rules::rule(kind).medis, rules::rule(kind).loinc[0]);
    assert_eq!(codes(VitalKind::Spo2), (Some("31000001"), "2708-6"));
    assert_eq!(codes(VitalKind::Temperature), (Some("31001368"), "8310-5"));
    assert_eq!(codes(VitalKind::RespiratoryRate), (Some("31001369"), "9279-1"));
    assert_eq!(codes(VitalKind::Pulse), (Some("31001390"), "8867-4"));
    assert_eq!(codes(VitalKind::HeartRate), (Some("31000595"), "8867-4"));
    assert_eq!(codes(VitalKind::BloodPressure), (Some("31002365"), "85354-9"));
    let parts = rules::rule(VitalKind::BloodPressure).measures;
    assert_eq!((parts[0].medis, parts[0].loinc), (Some("31001848"), &["8480-6"][..]));
    assert_eq!((parts[1].medis, parts[1].loinc), (Some("31001849"), &["8462-4"][..]));
}

#[test]
fn impossible_values_are_known() {
    for possible in
        [spo2("100"), spo2("30"), pulse("20"), celsius("45.0"), pressure("90", "20"), respiration("1")]
    {
        assert!(rules::plausible(&possible), "{}", serde_json::to_string(&possible).unwrap());
    }
    let oxygen = |flow: &str| Vital::Oxygen {
        supply: Supply::Oxygen {
            flow: Some(OxygenFlow { value: dec(flow), unit: FlowUnit::LitrePerMinute }),
        },
    };
    let fahrenheit = |t| Vital::Temperature { value: dec(t), unit: TemperatureUnit::Fahrenheit, site: None };
    let mean = |m| {
        let (systolic, diastolic) = (dec("120"), Some(dec("80")));
        Vital::BloodPressure { systolic, diastolic, mean: Some(dec(m)), unit: PressureUnit::MmHg }
    };
    for impossible in [
        spo2("100.1"),
        spo2("29.9"),
        spo2("-1"),
        pulse("301"),
        pulse("0"),
        celsius("97.9"),
        celsius("24.9"),
        fahrenheit("37.0"),
        fahrenheit("113.1"),
        pressure("80", "120"),
        pressure("100", "100.0"),
        pressure("2047", "80"),
        mean("79"),
        mean("121"),
        respiration("0"),
        oxygen("0.0"),
        oxygen("60.1"),
    ] {
        assert!(!rules::plausible(&impossible), "{}", serde_json::to_string(&impossible).unwrap());
    }
    assert!(
        rules::plausible(&fahrenheit("98.6"))
            && rules::plausible(&mean("93"))
            && rules::plausible(&oxygen("0.5"))
    );
}

#[test]
fn every_number_is_possible_up_to_its_edge_and_not_beyond() {
    type Number = fn(&str) -> Vital;
    let heart: Number = |n| Vital::HeartRate { value: dec(n), unit: RateUnit::PerMinute };
    let weight: Number = |n| Vital::Weight { value: dec(n), unit: MassUnit::Kilogram };
    let glucose: Number = |n| Vital::Glucose { value: dec(n), unit: GlucoseUnit::MgPerDl };
    let systolic: Number =
        |n| Vital::BloodPressure { systolic: dec(n), diastolic: None, mean: None, unit: PressureUnit::MmHg };
    // Above any possible one, so that the order of the two decides nothing.
    let diastolic: Number = |n| pressure("300", n);
    for (name, number, below, low, high, above) in [
        ("SpO2", spo2 as Number, "29.9", "30", "100", "100.1"),
        ("pulse", pulse, "19", "20", "300", "301"),
        ("heart rate", heart, "19", "20", "300", "301"),
        ("systolic", systolic, "39", "40", "300", "301"),
        ("diastolic", diastolic, "19", "20", "200", "201"),
        ("temperature", celsius, "24.9", "25.0", "45.0", "45.1"),
        ("weight", weight, "0.9", "1", "350", "350.1"),
        ("glucose", glucose, "9", "10", "1000", "1001"),
    ] {
        for (value, possible) in [(below, false), (low, true), (high, true), (above, false)] {
            assert_eq!(rules::plausible(&number(value)), possible, "{name} {value}");
        }
    }
}

#[test]
fn impossible_and_future_readings_are_kept_and_marked() {
    let wrong = device(1, spo2("250"), NOW);
    assert!(wrong.flags.contains(&Flag::Implausible) && !wrong.counts(NOW));
    assert!(wrong.vital == spo2("250"), "the raw value stays");

    let at_the_edge = sent(2, spo2("97"), NOW.plus(FUTURE_TOLERANCE)).accept(NOW, EnteredBy::Household);
    assert!(at_the_edge.flags.is_empty() && at_the_edge.counts(NOW));
    assert_eq!(at_the_edge.age(NOW), Span(0));
    let beyond = NOW.plus(FUTURE_TOLERANCE).plus(Span(1));
    let future = sent(3, spo2("97"), beyond).accept(NOW, EnteredBy::Household);
    assert!(future.flags.contains(&Flag::FutureStamped) && !future.counts(NOW));
    assert_eq!((future.taken_at, future.at()), (beyond, NOW));
}

#[test]
fn a_time_that_no_clock_shows_is_no_time_and_that_of_arrival_stands_in() {
    for at in [i64::MIN, -1, 0, EARLIEST.0 - 1, LATEST.0, NOW.0 / 1_000, NOW.0 * 1_000_000, i64::MAX] {
        let reading = sent(1, spo2("97"), Timestamp(at)).accept(NOW, EnteredBy::Household);
        assert_eq!(reading.taken_at, NOW, "{at}");
        assert_eq!(reading.flags, [Flag::ClockUnset].into(), "{at}: nothing else is known against it");
    }
    for at in [EARLIEST, LATEST.minus(Span(1))] {
        let reading = sent(1, spo2("97"), at).accept(NOW, EnteredBy::Household);
        assert_eq!((reading.taken_at, reading.flags.contains(&Flag::ClockUnset)), (at, false));
    }
}

#[test]
fn a_client_cannot_vouch_for_itself_nor_name_another() {
    let mut claim = sent(1, spo2("97"), ago(Span::minutes(1)));
    claim.flags = [Flag::FutureStamped, Flag::Implausible].into();
    assert!(claim.clone().accept(NOW, EnteredBy::Household).flags.is_empty(), "decided again, either way");
    claim.origin = Origin::Manual;
    claim.taken_at = None;
    let reading = claim.accept(NOW, EnteredBy::Household);
    assert_eq!(reading.source, Source::Manual { by: EnteredBy::Household });
    assert_eq!(reading.taken_at, NOW);
}

#[test]
fn a_finding_does_not_exclude_a_fault_does() {
    let excluding = |kind| Flag::ALL.into_iter().filter(|flag| !flag.excludes(kind)).collect::<Vec<_>>();
    let findings = vec![Flag::ClockUnset, Flag::Ongoing, Flag::IrregularPulse, Flag::PulseOutOfRange];
    assert_eq!(excluding(VitalKind::BloodPressure), findings);
    assert_eq!(excluding(VitalKind::Pulse), findings[..3]);
    for flag in Flag::ALL {
        let name = serde_json::to_string(&flag).unwrap();
        assert!(!flag.label().0.is_empty() && !flag.label().1.is_empty(), "{name}");
    }
}

prop_compose! {
    fn any_decimal()(digits in -9_999_999_999_999_999_i64..=9_999_999_999_999_999, small in -20_000_i64..20_000,
                     pick in any::<bool>(), scale in 0_u8..=12) -> Decimal {
        Decimal::new(if pick { digits } else { small }, scale).unwrap()
    }
}

proptest! {
    /// Whatever can be written gets an answer, and a plausible value is inside its range after rounding as well.
    #[test]
    fn plausibility_answers_everything(a in any_decimal(), b in any_decimal(), c in any_decimal(), pick in 0_usize..14) {
        let rate = RateUnit::PerMinute;
        let flow = OxygenFlow { value: a, unit: FlowUnit::LitrePerMinute };
        let blood_pressure = |unit| Vital::BloodPressure { systolic: a, diastolic: Some(b), mean: Some(c), unit };
        let vital = [
            Vital::Spo2 { value: a, unit: PercentUnit::Percent },
            Vital::Pulse { value: a, unit: rate },
            Vital::HeartRate { value: a, unit: rate },
            Vital::RespiratoryRate { value: a, unit: rate },
            blood_pressure(PressureUnit::MmHg),
            blood_pressure(PressureUnit::KPa),
            Vital::Temperature { value: a, unit: TemperatureUnit::Celsius, site: None },
            Vital::Temperature { value: a, unit: TemperatureUnit::Fahrenheit, site: None },
            Vital::Weight { value: a, unit: MassUnit::Kilogram },
            Vital::Weight { value: a, unit: MassUnit::Pound },
            Vital::Glucose { value: a, unit: GlucoseUnit::MgPerDl },
            Vital::Glucose { value: a, unit: GlucoseUnit::MmolPerL },
            Vital::Oxygen { supply: Supply::Oxygen { flow: Some(flow) } },
            Vital::Consciousness { level: Consciousness::Alert },
        ][pick];
        let reading = device(1, vital, NOW);
        let plausible = rules::plausible(&vital);
        prop_assert_eq!(reading.flags.contains(&Flag::Implausible), !plausible);
        for amount in vital.amounts() {
            let range = rules::rule(vital.kind()).measure(amount.measure).unwrap();
            let scale = 10_i64.pow(u32::from(range.decimals));
            if let (true, Some(scaled)) = (plausible, amount.scaled(range.decimals)) {
                prop_assert!((range.low * scale..=range.high * scale).contains(&scaled));
            }
            prop_assert!(!plausible || amount.canonical(range.decimals).is_some());
        }
    }
}
