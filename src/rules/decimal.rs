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
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_without_an_exponent() {
        for number in
            [42.0, 0.5, -7.25, 1e21, 1.5e-7, 100.0, 123_456.789, f64::MIN_POSITIVE, f64::MAX]
        {
            assert_eq!(Decimal::from_f64(number).unwrap().to_string(), number.to_string());
        }
    }
}
