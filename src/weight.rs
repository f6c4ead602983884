//! The share of buckets that green serves, exact to the last digit.

use crate::sticky::Bucket;

/// How many buckets there are: 2^64.
const BUCKETS: u128 = 1 << 64;

/// A percentage from 0 to 100, kept as the number of buckets below it (0 to 2^64).
///
/// A larger weight holds every bucket of a smaller one, so a rising weight only ever adds keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight {
    buckets: u128,
}

/// Why a text is no weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidWeight {
    /// Not a JSON number.
    NotANumber,
    /// Below 0 or above 100.
    OutOfRange,
    /// More than 19 significant digits or 36 decimals: more than 2^64 buckets can tell apart.
    TooManyDigits,
}

impl std::fmt::Display for InvalidWeight {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotANumber => "is not a number",
            Self::OutOfRange => "is not between 0 and 100",
            Self::TooManyDigits => "has more than 19 significant digits or 36 decimals",
        })
    }
}

impl Weight {
    /// Nobody is on green.
    pub const ZERO: Self = Self { buckets: 0 };

    /// Whether green serves this bucket: `bucket < weight / 100 × 2^64`.
    #[must_use]
    pub fn covers(self, bucket: Bucket) -> bool {
        u128::from(bucket.0) < self.buckets
    }

    /// The number of buckets that green serves, 0 to 2^64.
    #[must_use]
    pub fn buckets(self) -> u128 {
        self.buckets
    }

    /// Reads a percentage in the notation of JSON numbers (RFC 8259, section 6).
    ///
    /// # Errors
    /// What is no number, is outside 0 to 100 or has more digits than can be kept exactly.
    pub fn from_percent(text: &str) -> Result<Self, InvalidWeight> {
        let Decimal { negative, digits, exponent } = Decimal::parse(text)?;
        if digits.is_empty() {
            return Ok(Self::ZERO);
        }
        // Digits before the point: beyond three the number is above 100, however long it is.
        let before_point = i64::try_from(digits.len()).unwrap_or(i64::MAX).saturating_add(exponent);
        if negative || before_point > 3 {
            return Err(InvalidWeight::OutOfRange);
        }
        let decimals = exponent.saturating_neg().max(0);
        let scale = u32::try_from(decimals)
            .ok()
            .filter(|decimals| *decimals <= 36 && digits.len() <= 19)
            .and_then(|decimals| 10_u128.checked_pow(decimals))
            .ok_or(InvalidWeight::TooManyDigits)?;
        let zeros = u32::try_from(exponent.max(0)).unwrap_or(u32::MAX);
        let mantissa = digits.parse::<u64>().map_err(|_| InvalidWeight::TooManyDigits)?;
        let scaled = 10_u64
            .checked_pow(zeros)
            .and_then(|power| mantissa.checked_mul(power))
            .ok_or(InvalidWeight::OutOfRange)?;
        let hundred_percent = scale.checked_mul(100).ok_or(InvalidWeight::TooManyDigits)?;
        if u128::from(scaled) > hundred_percent {
            return Err(InvalidWeight::OutOfRange);
        }
        // Rounded up: an integer lies below a fraction exactly if it lies below its ceiling.
        let buckets = u128::from(scaled)
            .checked_mul(BUCKETS)
            .map(|product| product.div_ceil(hundred_percent))
            .ok_or(InvalidWeight::TooManyDigits)?;
        Ok(Self { buckets })
    }
}

/// `±digits × 10^exponent`, digits without leading and trailing zeros; none for zero.
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn parse(text: &str) -> Result<Self, InvalidWeight> {
        let invalid = InvalidWeight::NotANumber;
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return Err(invalid),
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        let digits = [whole, fraction].concat();
        if whole.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid);
        }
        let significant = digits.trim_end_matches('0');
        let dropped = digits.len().saturating_sub(significant.len());
        let shift = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
        Ok(Self {
            negative,
            digits: significant.trim_start_matches('0').to_owned(),
            exponent: exponent.saturating_sub(shift(fraction.len())).saturating_add(shift(dropped)),
        })
    }
}

/// The exponent of a number; one that no integer can hold is as good as the largest.
fn read_exponent(text: &str) -> Result<i64, InvalidWeight> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidWeight::NotANumber);
    }
    let size = digits.parse::<i32>().unwrap_or(i32::MAX);
    Ok(i64::from(if text.starts_with('-') { size.saturating_neg() } else { size }))
}
