//! Decimal numbers with all their digits, in the notation of JSON (RFC 8259, section 6).

use std::fmt;

use serde_json::Number;

/// `±digits × 10^exponent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// Whether it has a minus sign.
    pub negative: bool,
    /// Without zeros at either end; none for zero.
    pub digits: String,
    /// Cut to what an `i64` holds.
    pub exponent: i64,
}

impl Decimal {
    /// Reads a number; None if the text is none. Zeros in front are overlooked.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        if whole.is_empty() {
            return None;
        }
        let digits = [whole, fraction].concat();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let significant = digits.trim_end_matches('0');
        let dropped = digits.len().saturating_sub(significant.len());
        let shift = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
        Some(Self {
            negative,
            digits: significant.trim_start_matches('0').to_owned(),
            exponent: exponent.saturating_sub(shift(fraction.len())).saturating_add(shift(dropped)),
        })
    }

    /// Reads a finite number, in the fewest digits that tell it from others.
    #[must_use]
    pub fn from_f64(number: f64) -> Option<Self> {
        Self::parse(Number::from_f64(number)?.as_str())
    }

    /// As a number of IEEE 754: exact to the last digit up to 15 digits and 22 decimals, as people
    /// write them, and else nearly. More digits than that make it larger than what they begin with.
    ///
    /// The standard library's reading and writing of such numbers take a tenth of the filter.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        const EXACT: usize = 15;
        let kept = self.digits.len().min(EXACT);
        let cut = self.digits.len().saturating_sub(kept);
        let whole: u64 = self.digits.get(..kept).and_then(|kept| kept.parse().ok()).unwrap_or(0);
        let exponent = self.exponent.saturating_add(i64::try_from(cut).unwrap_or(i64::MAX));
        let power = (0..exponent.unsigned_abs().min(400)).fold(1.0, |power: f64, _| power * 10.0);
        #[expect(clippy::cast_precision_loss, reason = "at most 15 digits")]
        let mantissa = whole as f64;
        let size = if exponent < 0 { mantissa / power } else { mantissa * power };
        let size = if cut > 0 { size.next_up() } else { size };
        if self.negative && size > 0.0 { -size } else { size }
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }
}

/// Without an exponent.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            f.write_str("-")?;
        }
        let length = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        let before_point = length.saturating_add(self.exponent);
        let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
        match usize::try_from(before_point) {
            Ok(0) | Err(_) => {
                write!(f, "0.{}{}", zeros(before_point.saturating_neg()), self.digits)
            }
            Ok(place) => match self.digits.split_at_checked(place) {
                Some((whole, "")) => f.write_str(whole),
                Some((whole, fraction)) => write!(f, "{whole}.{fraction}"),
                None => write!(f, "{}{}", self.digits, zeros(self.exponent)),
            },
        }
    }
}

/// The exponent of a number; one that no integer can hold is as good as the largest.
fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse::<i32>().unwrap_or(i32::MAX);
    Some(i64::from(if text.starts_with('-') { size.saturating_neg() } else { size }))
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "exact numbers")]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_standard_library_reads_them() {
        for text in [
            "0",
            "-0",
            "0.1",
            "1.01",
            "90",
            "2.5",
            "1e-9",
            "0.000000001",
            "123456789012345",
            "-7.5e3",
            "1e22",
            "99.9",
        ] {
            let expected: f64 = text.parse().unwrap();
            let found = Decimal::parse(text).unwrap().to_f64();
            assert_eq!(found, expected, "{text}");
        }
        for (text, above) in [("100.00000000000000001", 100.0), ("0.10000000000000000001", 0.1)] {
            assert!(Decimal::parse(text).unwrap().to_f64() > above, "{text}");
        }
        assert!(Decimal::parse("1e400").unwrap().to_f64().is_infinite());
        assert_eq!(Decimal::parse("1e-400").unwrap().to_f64(), 0.0);
    }

    #[test]
    fn numbers_are_written_without_an_exponent() {
        for number in
            [42.0, 0.5, -7.25, 1e21, 1.5e-7, 100.0, 123_456.789, f64::MIN_POSITIVE, f64::MAX]
        {
            assert_eq!(Decimal::from_f64(number).unwrap().to_string(), number.to_string());
        }
    }
}
