//! Exact decimals that remember how precisely they were given.

use std::cmp::Ordering;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A decimal number with its written precision: "2.0" and "2" are equal in value and different as readings
/// (HL7 PHD keeps the SFLOAT precision). Kept as `digits × 10^-scale`; no float is involved anywhere.
///
/// On the wire it is a JSON *string* ("36.50"), because a JSON number loses the last zero in every browser.
/// `==` compares what was written; [`Decimal::cmp_value`] compares the amount.
///
/// `Debug` shows `***`: a number here is a patient's. [`Decimal::text`] is where it leaves.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    digits: i64,
    scale: u8,
}

/// Why a text or a pair of numbers is no [`Decimal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Not of the form `-?(0|[1-9][0-9]*)(\.[0-9]+)?`, which is FHIR's decimal without an exponent.
    #[error("not a plain decimal number")]
    Malformed,
    /// More than 16 digits or more than 12 decimals: no sensor gives that.
    #[error("number has too many digits")]
    OutOfRange,
}

/// The most decimals kept. SFLOAT needs 8; a FLOAT that claims more than 12 is noise.
const MAX_SCALE: u8 = 12;
const MAX_DIGITS: i64 = 9_999_999_999_999_999;

impl Decimal {
    /// `digits × 10^-scale`.
    ///
    /// # Errors
    /// [`DecimalError::OutOfRange`].
    pub const fn new(digits: i64, scale: u8) -> Result<Self, DecimalError> {
        if scale > MAX_SCALE || digits > MAX_DIGITS || digits < -MAX_DIGITS {
            return Err(DecimalError::OutOfRange);
        }
        Ok(Self { digits, scale })
    }

    /// `mantissa × 10^exponent`, as IEEE 11073 floats give it. A positive exponent is written out in zeros.
    ///
    /// # Errors
    /// [`DecimalError::OutOfRange`].
    pub fn from_parts(mantissa: i64, exponent: i32) -> Result<Self, DecimalError> {
        let size = exponent.unsigned_abs();
        if exponent <= 0 {
            let scale = u8::try_from(size).map_err(|_| DecimalError::OutOfRange)?;
            return Self::new(mantissa, scale);
        }
        let factor = 10_i64.checked_pow(size).ok_or(DecimalError::OutOfRange)?;
        Self::new(mantissa.checked_mul(factor).ok_or(DecimalError::OutOfRange)?, 0)
    }

    /// The same digits with the point moved `places` to the right: the number times `10^places`.
    ///
    /// # Errors
    /// [`DecimalError::OutOfRange`].
    pub fn shifted(self, places: u8) -> Result<Self, DecimalError> {
        Self::from_parts(self.digits, i32::from(places) - i32::from(self.scale))
    }

    /// A whole number.
    pub const fn whole(n: i32) -> Self {
        Self { digits: n as i64, scale: 0 }
    }

    /// The number as it was written, e.g. "36.50". This is where a patient's number leaves.
    pub fn text(self) -> String {
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = self.digits.unsigned_abs();
        if self.scale == 0 {
            return format!("{sign}{digits}");
        }
        let unit = 10_u64.pow(u32::from(self.scale));
        let (whole, part) = (digits / unit, digits % unit);
        format!("{sign}{whole}.{part:0width$}", width = usize::from(self.scale))
    }

    /// As people read it: without the zeros behind the point that say no more than `decimals` places do. A digit that was
    /// measured stays. Records and FHIR keep what was written.
    pub const fn trimmed(self, decimals: u8) -> Self {
        let Self { mut digits, mut scale } = self;
        while scale > decimals && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        Self { digits, scale }
    }

    /// The nearest `f64`, for plots and other edges only.
    pub fn to_f64(self) -> f64 {
        self.text().parse().unwrap_or(f64::NAN)
    }

    /// Compares amounts: "2.0" equals "2".
    pub fn cmp_value(self, other: Self) -> Ordering {
        let left = i128::from(self.digits) * pow10(other.scale);
        left.cmp(&(i128::from(other.digits) * pow10(self.scale)))
    }

    /// `(self - minus) × num / den` in units of `10^-decimals`, rounded once, half away from zero.
    /// `None` when the result does not fit or `den` is not positive.
    pub(super) fn affine(self, minus: i64, num: i64, den: i64, decimals: u8) -> Option<i64> {
        let shifted =
            i128::from(self.digits).checked_sub(i128::from(minus).checked_mul(pow10(self.scale))?)?;
        let top = shifted.checked_mul(i128::from(num))?.checked_mul(pow10(decimals))?;
        let bottom = i128::from(den).checked_mul(pow10(self.scale))?;
        if bottom <= 0 {
            return None;
        }
        let half = bottom / 2;
        let rounded = if top < 0 { (top - half) / bottom } else { (top + half) / bottom };
        i64::try_from(rounded).ok()
    }

    /// Compares `(self - minus) × num / den` with a whole number, exactly.
    pub(super) fn cmp_affine(self, minus: i64, num: i64, den: i64, whole: i64) -> Ordering {
        let shifted = i128::from(self.digits) - i128::from(minus) * pow10(self.scale);
        let top = shifted * i128::from(num);
        top.cmp(&(i128::from(whole) * i128::from(den) * pow10(self.scale)))
    }
}

const fn pow10(exponent: u8) -> i128 {
    10_i128.pow(exponent as u32)
}

impl std::str::FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (negative, body) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, part) = body.split_once('.').map_or((body, None), |(w, p)| (w, Some(p)));
        let is_number = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        if !is_number(whole) || leading_zero || !part.is_none_or(is_number) {
            return Err(DecimalError::Malformed);
        }
        let part = part.unwrap_or_default();
        let scale = u8::try_from(part.len()).map_err(|_| DecimalError::OutOfRange)?;
        let digits: i64 = format!("{whole}{part}").parse().map_err(|_| DecimalError::OutOfRange)?;
        Self::new(if negative { -digits } else { digits }, scale)
    }
}

impl std::fmt::Debug for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl utoipa::PartialSchema for Decimal {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("A decimal number as text, so that its written precision survives."))
            .pattern(Some(r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"))
            .max_length(Some(20))
            .examples(["36.5"])
            .into()
    }
}

#[cfg(feature = "schema")]
impl utoipa::ToSchema for Decimal {}
