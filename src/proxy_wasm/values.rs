//! Values of properties in the encoding of proxy-wasm, whose bytes do not tell their type.
//!
//! Envoy writes a boolean as one byte, a number as eight bytes little-endian (metadata as IEEE
//! 754, attributes as integers), a text as itself, and lists and structs as pairs.

use bluegreen::decimal::Decimal;
use bluegreen::wire::{Pairs, Texts, Value};

/// A value of filter metadata. A number whose eight bytes happen to be printable text would be
/// taken for that; no number that people write is.
#[must_use]
pub fn read(bytes: &[u8]) -> Value<'_> {
    if let [flag @ (0 | 1)] = bytes {
        return Value::Bool(*flag == 1);
    }
    if let Some(text) = printable(bytes) {
        return Value::Text(text);
    }
    if let Ok(number) = bytes.try_into() {
        return Value::Number(f64::from_le_bytes(number));
    }
    match Pairs::exact(bytes) {
        // A list has its elements as names without values.
        Some(pairs) if pairs.are_without_values() => Value::List(Texts::new(pairs)),
        Some(_) => Value::Struct,
        None => Value::Unreadable,
    }
}

/// An attribute as people write it; None for lists and structs.
#[must_use]
pub fn to_text(bytes: Vec<u8>) -> Option<Vec<u8>> {
    match bytes[..] {
        [0] => Some(b"false".to_vec()),
        [1] => Some(b"true".to_vec()),
        _ if printable(&bytes).is_some() => Some(bytes),
        _ => match <[u8; 8]>::try_from(&bytes[..]) {
            Ok(number) => Some(number_to_text(number).into_bytes()),
            Err(_) if Pairs::exact(&bytes).is_some() => None,
            Err(_) => Some(bytes),
        },
    }
}

/// A text without control characters other than white space, possibly empty.
fn printable(bytes: &[u8]) -> Option<&str> {
    // Nearly every list and struct has a zero byte in its count, and is not looked at any further.
    if bytes.iter().take(4).any(|byte| *byte == 0) {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    (!text.contains(|c: char| c.is_control() && !c.is_whitespace())).then_some(text)
}

/// Integers of any size that occurs are, read as IEEE 754, either subnormal or not a number.
fn number_to_text(bytes: [u8; 8]) -> String {
    let number = Some(f64::from_le_bytes(bytes)).filter(|number| number.is_normal());
    match number.and_then(Decimal::from_f64) {
        Some(number) => number.to_string(),
        None => i64::from_le_bytes(bytes).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use bluegreen::wire::encode;
    use proptest::prelude::*;

    use super::*;

    fn text(bytes: &[u8]) -> Option<String> {
        to_text(bytes.to_vec()).map(|text| String::from_utf8(text).unwrap())
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
        assert_eq!(text(&[0]).as_deref(), Some("false"));
        assert_eq!(to_text(vec![0xff; 3]), Some(vec![0xff; 3]));
    }

    /// What the bytes are, by another way of looking: pairs first, then numbers, then texts.
    fn naive(bytes: &[u8]) -> String {
        let is_text = std::str::from_utf8(bytes)
            .is_ok_and(|text| text.chars().all(|c| c.is_whitespace() || !c.is_control()));
        match bytes {
            [0] => "false".into(),
            [1] => "true".into(),
            _ if is_text => format!("text {}", std::str::from_utf8(bytes).unwrap()),
            _ if bytes.len() == 8 => {
                format!("number {}", f64::from_le_bytes(bytes.try_into().unwrap()))
            }
            _ => naive_pairs(bytes).map_or("unreadable".into(), |pairs| {
                let names: Vec<_> = pairs.iter().map(|(name, _)| &name[..]).collect();
                if pairs.iter().all(|(_, value)| value.is_empty()) {
                    format!("list {names:?}")
                } else {
                    "struct".into()
                }
            }),
        }
    }

    /// Names and values, if they are all of the buffer.
    fn naive_pairs(bytes: &[u8]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
        let mut rest = bytes;
        let mut take = |size: usize| {
            let (taken, left) = rest.split_at_checked(size)?;
            rest = left;
            Some(taken.to_vec())
        };
        let number =
            |bytes: Vec<u8>| usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok();
        let count = number(take(4)?)?;
        let mut sizes = Vec::new();
        for _ in 0..count {
            sizes.push((number(take(4)?)?, number(take(4)?)?));
        }
        let mut pairs = Vec::new();
        for (name, value) in sizes {
            let name_bytes = take(name)?;
            take(1)?;
            let value_bytes = take(value)?;
            take(1)?;
            pairs.push((name_bytes, value_bytes));
        }
        rest.is_empty().then_some(pairs)
    }

    fn shown(value: Value<'_>) -> String {
        match value {
            Value::Bool(flag) => flag.to_string(),
            Value::Number(number) => format!("number {number}"),
            Value::Text(text) => format!("text {text}"),
            Value::List(texts) => format!("list {:?}", texts.iter().collect::<Vec<_>>()),
            Value::Struct => "struct".into(),
            Value::Unreadable => "unreadable".into(),
        }
    }

    fn encoded() -> impl Strategy<Value = Vec<u8>> {
        let name = prop_oneof![any::<Vec<u8>>(), "[a-z]{0,9}".prop_map(String::into_bytes)];
        let value = prop_oneof![3 => Just(Vec::new()), 1 => any::<Vec<u8>>()];
        let pairs = prop::collection::vec((name, value), 0..4)
            .prop_map(|pairs| encode(pairs.iter().map(|(name, value)| (&name[..], &value[..]))));
        let cut = (pairs.clone(), any::<prop::sample::Index>())
            .prop_map(|(bytes, at)| bytes[..at.index(bytes.len())].to_vec());
        prop_oneof![
            2 => any::<Vec<u8>>(),
            2 => any::<[u8; 8]>().prop_map(Vec::from),
            2 => any::<f64>().prop_map(|number| number.to_le_bytes().to_vec()),
            2 => any::<String>().prop_map(String::into_bytes),
            4 => pairs,
            2 => cut,
        ]
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_as_a_second_reading_has_them(bytes in encoded()) {
            prop_assert_eq!(shown(read(&bytes)), naive(&bytes));
            prop_assert_eq!(to_text(bytes.clone()).is_none(), bytes.len() != 8
                && naive_pairs(&bytes).is_some() && !naive(&bytes).starts_with("text"));
        }
    }
}
