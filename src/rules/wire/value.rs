//! Values as properties hand them over: bytes that do not tell their type.
//!
//! Envoy writes a boolean as one byte, a number as eight bytes little-endian (metadata as IEEE
//! 754, attributes as integers), a text as itself, and lists and structs as pairs.

use std::borrow::Cow;

use crate::decimal::Decimal;
use crate::wire::Pairs;

/// A value, as far as its bytes tell.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// One byte, 0 or 1.
    Bool(bool),
    /// Text without control characters other than white space, possibly empty.
    Text(&'a str),
    /// Eight bytes that are no text.
    Number(u64),
    /// A list, whose elements are names without values, or a struct.
    Pairs(Pairs<'a>),
    /// Anything else.
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    /// Tells values apart by their bytes. A number whose eight bytes happen to be printable text
    /// would be taken for that; no number that people write is.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Self {
        if let [flag @ (0 | 1)] = bytes {
            return Self::Bool(*flag == 1);
        }
        if let Ok(text) = std::str::from_utf8(bytes)
            && !text.contains(|c: char| c.is_control() && !c.is_whitespace())
        {
            return Self::Text(text);
        }
        if let Ok(number) = bytes.try_into() {
            return Self::Number(u64::from_le_bytes(number));
        }
        Pairs::exact(bytes).map_or(Self::Bytes(bytes), Self::Pairs)
    }

    /// A scalar as people write it; None for lists and structs.
    #[must_use]
    pub fn to_text(self) -> Option<Cow<'a, [u8]>> {
        match self {
            Self::Bool(true) => Some(Cow::Borrowed(b"true")),
            Self::Bool(false) => Some(Cow::Borrowed(b"false")),
            Self::Text(text) => Some(Cow::Borrowed(text.as_bytes())),
            Self::Number(bits) => Some(Cow::Owned(number_to_text(bits).into_bytes())),
            Self::Pairs(_) => None,
            Self::Bytes(bytes) => Some(Cow::Borrowed(bytes)),
        }
    }
}

/// Integers of any size that occurs are, read as IEEE 754, either subnormal or not a number.
fn number_to_text(bits: u64) -> String {
    let number = Some(f64::from_bits(bits)).filter(|number| number.is_normal());
    match number.and_then(Decimal::from_f64) {
        Some(number) => number.to_string(),
        None => bits.cast_signed().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::encode;

    fn text(bytes: &[u8]) -> Option<String> {
        Value::read(bytes).to_text().map(|text| String::from_utf8(text.into_owned()).unwrap())
    }

    #[test]
    fn numbers_are_told_from_texts_and_integers_from_fractions() {
        for (number, expected) in [
            (42.0_f64, "42"),
            (0.5, "0.5"),
            (0.0, "0"),
            (-7.0, "-7"),
            (1e21, "1000000000000000000000"),
        ] {
            assert_eq!(text(&number.to_le_bytes()).as_deref(), Some(expected));
        }
        for number in [1_i64, 443, -1, i64::from(u32::MAX)] {
            assert_eq!(text(&number.to_le_bytes()), Some(number.to_string()));
        }
        assert_eq!(text(b"12345678").as_deref(), Some("12345678"));
    }

    #[test]
    fn lists_and_structs_are_no_text() {
        assert_eq!(text(&encode([(&b"a"[..], &b""[..])].into_iter())), None);
        assert_eq!(text(&encode(std::iter::empty())), None);
        assert_eq!(text(&[1]).as_deref(), Some("true"));
        assert_eq!(text(b"").as_deref(), Some(""));
    }
}
