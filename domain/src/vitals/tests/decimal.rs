//! Exact numbers: what was written comes back, conversions round once.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::{super::*, dec};

#[test]
fn written_precision_survives_and_amounts_compare() {
    for text in ["0", "2", "2.0", "2.00", "-0.5", "36.50", "1234567890.123456", "0.000000000001"] {
        assert_eq!(dec(text).text(), text);
        assert_eq!(serde_json::to_string(&dec(text)).unwrap(), format!("\"{text}\""));
    }
    assert!(dec("2") != dec("2.0"), "a reading of 2.0 is more precise than one of 2");
    assert_eq!(dec("2").cmp_value(dec("2.00")), Ordering::Equal);
    assert_eq!(dec("-2.1").cmp_value(dec("-2")), Ordering::Less);
    assert_eq!(Decimal::from_parts(2, 1).unwrap().text(), "20");
    assert_eq!(Decimal::from_parts(-1234, -2).unwrap().text(), "-12.34");
    assert_eq!(Decimal::from_parts(5, -3).unwrap().text(), "0.005");
    assert_eq!(dec("0.00105").shifted(5).unwrap().text(), "105");
    assert_eq!(dec("0.005500").shifted(3).unwrap().text(), "5.500");
    assert_eq!(dec("2").shifted(3).unwrap().text(), "2000");
}

#[test]
fn anything_but_a_plain_number_is_refused() {
    for text in
        ["", "-", ".", "5.", ".5", "+5", "05", "1e3", "NaN", "３６", " 1", "1 ", "1,5", "--1", "1.2.3", "0x1"]
    {
        assert_eq!(text.parse::<Decimal>().err(), Some(DecimalError::Malformed), "{text:?}");
    }
    for text in ["10000000000000000", "0.0000000000001", &"9".repeat(400)] {
        assert_eq!(text.parse::<Decimal>().err(), Some(DecimalError::OutOfRange), "{text:?}");
    }
    assert!(serde_json::from_str::<Decimal>("36.5").is_err(), "a JSON number has lost its precision already");
    assert_eq!(Decimal::from_parts(1, 17).err(), Some(DecimalError::OutOfRange));
    assert_eq!(Decimal::from_parts(i64::MAX, i32::MIN).err(), Some(DecimalError::OutOfRange));
}

#[test]
fn numbers_of_patients_do_not_print() {
    let vital = super::spo2("87");
    let shown = format!("{:?} {vital:?} {:?} {:?}", dec("87"), vital.amounts(), Consciousness::Pain);
    assert!(!shown.contains("87") && !shown.contains("Pain"), "{shown}");
}

#[test]
fn conversions_round_once() {
    let temperature = |value, unit| Vital::Temperature { value, unit, site: None };
    let tenths = |text| temperature(dec(text), TemperatureUnit::Fahrenheit).amounts()[0].scaled(1);
    assert_eq!(tenths("98.6"), Some(370));
    assert_eq!(tenths("212"), Some(1000));
    assert_eq!(tenths("-40"), Some(-400));
    assert_eq!(
        super::celsius("-0.05").amounts()[0].scaled(1),
        Some(-1),
        "half goes away from zero below it too"
    );
    // 100.49 °F = 38.05 °C: half goes away from zero. 100.48 °F = 38.0444… must not pass through 38.04 → 38.1.
    assert_eq!(tenths("100.49"), Some(381));
    assert_eq!(tenths("100.48"), Some(380));

    let kpa = |text| {
        let systolic = dec(text);
        Vital::BloodPressure { systolic, diastolic: None, mean: None, unit: PressureUnit::KPa }
    };
    assert_eq!(kpa("16.0").amounts()[0].canonical(0).unwrap().text(), "120");
    assert_eq!(kpa("0.133322").amounts()[0].canonical(3).unwrap().text(), "1.000");
    let pounds = Vital::Weight { value: dec("150.00"), unit: MassUnit::Pound };
    assert_eq!(pounds.amounts()[0].canonical(1).unwrap().text(), "68.0");
    let glucose = Vital::Glucose { value: dec("5.5"), unit: GlucoseUnit::MmolPerL };
    assert_eq!(glucose.amounts()[0].canonical(0).unwrap().text(), "99");
    // No conversion, no rounding: the digits as given.
    assert_eq!(super::celsius("36.55").amounts()[0].canonical(1).unwrap().text(), "36.55");
}

proptest! {
    #[test]
    fn text_is_a_bijection(digits in -9_999_999_999_999_999_i64..=9_999_999_999_999_999, scale in 0_u8..=12) {
        let number = Decimal::new(digits, scale).unwrap();
        prop_assume!(number.text() != "-0");
        prop_assert!(number.text().parse::<Decimal>().unwrap() == number);
    }

    #[test]
    fn parsing_never_panics(text in ".{0,24}") {
        if let Ok(number) = text.parse::<Decimal>() {
            prop_assert!(number.to_f64().is_finite());
        }
    }

    #[test]
    fn comparison_agrees_with_subtraction(a in -1_000_000_i64..1_000_000, s in 0_u8..6, b in -1_000_000_i64..1_000_000, t in 0_u8..6) {
        let difference = i128::from(a) * 10_i128.pow(6 - u32::from(s)) - i128::from(b) * 10_i128.pow(6 - u32::from(t));
        let (left, right) = (Decimal::new(a, s).unwrap(), Decimal::new(b, t).unwrap());
        prop_assert_eq!(left.cmp_value(right), difference.cmp(&0));
    }
}
