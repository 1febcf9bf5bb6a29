//! IEEE 11073-20601 medical floats. Precision is kept: 0xF014 is "2.0", 0x0002 is "2" (HL7 PHD).

use serde::Serialize;
use yoban_domain::vitals::Decimal;

/// Why a float holds no number. The text is FHIR's data-absent-reason code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AbsentReason {
    /// NaN: the device tried and has no value.
    NotANumber,
    /// +INFINITY: above what it can show.
    PositiveInfinity,
    /// -INFINITY: below what it can show.
    NegativeInfinity,
    /// NRes, a reserved pattern, or a number no sensor can mean.
    Error,
}

/// Exponents a FLOAT may have here. Outside, the number is noise: ten milliard times or a millionth of a
/// millionth of any clinical unit.
const FLOAT_EXPONENTS: std::ops::RangeInclusive<i32> = -12..=9;

/// Reads a 16-bit SFLOAT: 4-bit signed exponent, 12-bit signed mantissa.
///
/// # Errors
/// It holds one of the five special patterns.
pub fn sfloat(word: u16) -> Result<Decimal, AbsentReason> {
    match word {
        0x07FF => return Err(AbsentReason::NotANumber),
        0x07FE => return Err(AbsentReason::PositiveInfinity),
        0x0802 => return Err(AbsentReason::NegativeInfinity),
        0x0800 | 0x0801 => return Err(AbsentReason::Error),
        _ => {}
    }
    let exponent = sign_extend(i32::from(word >> 12), 4);
    let mantissa = sign_extend(i32::from(word & 0x0FFF), 12);
    number(mantissa, exponent)
}

/// Reads a 32-bit FLOAT: 8-bit signed exponent, 24-bit signed mantissa.
///
/// # Errors
/// It holds one of the five special patterns, or its exponent lies outside -12 to 9.
pub fn float(word: u32) -> Result<Decimal, AbsentReason> {
    match word {
        0x007F_FFFF => return Err(AbsentReason::NotANumber),
        0x007F_FFFE => return Err(AbsentReason::PositiveInfinity),
        0x0080_0002 => return Err(AbsentReason::NegativeInfinity),
        0x0080_0000 | 0x0080_0001 => return Err(AbsentReason::Error),
        _ => {}
    }
    let [low, middle, high, exponent] = word.to_le_bytes();
    let mantissa = sign_extend(i32::from_le_bytes([low, middle, high, 0]), 24);
    let exponent = i32::from(i8::from_le_bytes([exponent]));
    if !FLOAT_EXPONENTS.contains(&exponent) {
        return Err(AbsentReason::Error);
    }
    number(mantissa, exponent)
}

fn number(mantissa: i32, exponent: i32) -> Result<Decimal, AbsentReason> {
    Decimal::from_parts(i64::from(mantissa), exponent).map_err(|_| AbsentReason::Error)
}

const fn sign_extend(value: i32, bits: u32) -> i32 {
    let shift = 32 - bits;
    (value << shift) >> shift
}
