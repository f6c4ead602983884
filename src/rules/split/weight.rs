//! The share of buckets that green serves, exact to the last digit.

use crate::config::{ConfigErrors, Number, Path, shortened};
use crate::decimal::Decimal;
use crate::split::Bucket;

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
    /// Everybody is on green.
    pub const FULL: Self = Self { buckets: BUCKETS };

    /// How many of the 2^64 buckets green serves.
    #[must_use]
    pub fn buckets(self) -> u128 {
        self.buckets
    }

    /// Whether green serves this bucket: `bucket < weight / 100 × 2^64`.
    #[must_use]
    #[inline]
    pub fn covers(self, bucket: Bucket) -> bool {
        u128::from(bucket.0) < self.buckets
    }

    /// The share that lies below a bucket.
    #[must_use]
    pub fn below(bucket: Bucket) -> Self {
        Self { buckets: u128::from(bucket.0) }
    }

    /// Both together, at most everybody.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { buckets: self.buckets.saturating_add(other.buckets).min(BUCKETS) }
    }

    /// The weight on the way to another, `part` of `whole` done, rounded down.
    #[must_use]
    pub fn towards(self, other: Self, part: u64, whole: u64) -> Self {
        let (part, whole) = (u128::from(part.min(whole)), u128::from(whole.max(1)));
        // At most 2^64 buckets times 2^63 nanoseconds.
        let moved = self.buckets.abs_diff(other.buckets).saturating_mul(part);
        Self {
            buckets: if other > self {
                self.buckets.saturating_add(moved.checked_div(whole).unwrap_or(0))
            } else {
                self.buckets.saturating_sub(moved.div_ceil(whole))
            },
        }
    }

    /// In parts of a million, cut.
    #[must_use]
    pub fn millionths(self) -> u64 {
        // 2^64 times a million stays well within 128 bits.
        u64::try_from(self.buckets.saturating_mul(1_000_000) >> 64).unwrap_or(1_000_000)
    }

    /// Reads a percentage of a configuration; None, and an error, if it is none.
    pub fn read(number: &Number, at: &Path, errors: &mut ConfigErrors) -> Option<Self> {
        Self::from_percent(number.as_str())
            .map_err(|reason| errors.add(at, format!("{} {reason}", shortened(number.as_str()))))
            .ok()
    }

    /// Reads a percentage in the notation of JSON numbers (RFC 8259, section 6).
    ///
    /// # Errors
    /// What is no number, is outside 0 to 100 or has more digits than can be kept exactly.
    pub fn from_percent(text: &str) -> Result<Self, InvalidWeight> {
        let Some(Decimal { negative, digits, exponent }) = Decimal::parse(text) else {
            return Err(InvalidWeight::NotANumber);
        };
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

/// Percent, cut after four decimals.
impl std::fmt::Display for Weight {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let millionths = self.millionths();
        let (percent, decimals) = (millionths / 10_000, millionths % 10_000);
        write!(f, "{percent}.{decimals:04}")
    }
}
