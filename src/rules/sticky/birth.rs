//! When a session began, by the time that its key carries.

use crate::config::Born;

/// Nanoseconds.
pub const NANOS_PER_MILLI: u64 = 1_000_000;

/// The time in a key, in nanoseconds since the epoch of Unix, at most some 584 years; None if it
/// carries none.
///
/// `Ulid` also reads a `UUIDv7`, because that is what the filter issues; no text is both.
#[must_use]
pub fn birth(born: Born, key: &[u8]) -> Option<u64> {
    let ulid = match born {
        Born::UuidV7 => None,
        Born::Ulid => birth_of_ulid(key),
    };
    let millis = ulid.or_else(|| birth_of_uuid_v7(key))?;
    Some(millis.saturating_mul(NANOS_PER_MILLI))
}

/// In milliseconds since the epoch of Unix, as below. RFC 9562, sections 4 and 5.7: the first 48 bits. Only the text with hyphens is one, because 32
/// hex digits may be any other id.
#[must_use]
pub fn birth_of_uuid_v7(key: &[u8]) -> Option<u64> {
    let text: &[u8; 36] = key.try_into().ok()?;
    let mut millis = 0_u64;
    for (place, byte) in text.iter().enumerate() {
        let digit = char::from(*byte).to_digit(16).map(u64::from);
        let is_right = match place {
            8 | 13 | 18 | 23 => *byte == b'-',
            14 => *byte == b'7',
            19 => matches!(digit, Some(8..=11)),
            _ => digit.is_some(),
        };
        if !is_right {
            return None;
        }
        if let (0..13, Some(digit)) = (place, digit) {
            millis = millis << 4 | digit;
        }
    }
    Some(millis)
}

/// The first ten of 26 digits of Crockford's base 32, in any case. The first digit is at most 7,
/// for there are 128 bits.
fn birth_of_ulid(key: &[u8]) -> Option<u64> {
    let text: &[u8; 26] = key.try_into().ok()?;
    let mut millis = 0_u64;
    for (place, byte) in text.iter().enumerate() {
        let digit = crockford(*byte).filter(|digit| place > 0 || *digit < 8)?;
        if place < 10 {
            millis = millis << 5 | u64::from(digit);
        }
    }
    Some(millis)
}

/// The value of a digit; without I, L, O and U, which people would take for others.
fn crockford(byte: u8) -> Option<u8> {
    let byte = byte.to_ascii_uppercase();
    let (first, value) = match byte {
        b'0'..=b'9' => (b'0', 0),
        b'A'..=b'H' => (b'A', 10),
        b'J' | b'K' => (b'J', 18),
        b'M' | b'N' => (b'M', 20),
        b'P'..=b'T' => (b'P', 22),
        b'V'..=b'Z' => (b'V', 27),
        _ => return None,
    };
    Some(byte.wrapping_sub(first).wrapping_add(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_9562_carries_its_time() {
        let example = b"017F22E2-79B0-7CC3-98C4-DC0C0C07398F";
        // 2022-02-22 19:22:22 UTC, appendix A.6.
        assert_eq!(birth(Born::UuidV7, example), Some(1_645_557_742_000_000_000));
        assert_eq!(
            birth(Born::Ulid, &example.to_ascii_lowercase()),
            Some(1_645_557_742_000_000_000)
        );
    }

    #[test]
    fn the_example_of_the_specification_of_ulid_carries_its_time() {
        // 2016-07-30 22:36:16.385 UTC.
        for example in [b"01ARYZ6S41TSV4RRFFQ69G5FAV", b"01aryz6s41tsv4rrffq69g5fav"] {
            assert_eq!(birth(Born::Ulid, example), Some(1_469_918_176_385_000_000));
            assert_eq!(birth(Born::UuidV7, example), None);
        }
        assert_eq!(birth(Born::Ulid, b"7ZZZZZZZZZZZZZZZZZZZZZZZZZ"), Some(u64::MAX));
        assert_eq!(birth(Born::Ulid, b"00000000000000000000000000"), Some(0));
    }

    #[test]
    fn the_digits_are_those_of_crockford() {
        let digits = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        for byte in 0..=u8::MAX {
            let place = digits.iter().position(|digit| *digit == byte.to_ascii_uppercase());
            assert_eq!(crockford(byte).map(usize::from), place, "{}", char::from(byte));
        }
    }

    #[test]
    fn what_is_neither_carries_no_time() {
        for key in [
            "",
            "u1",
            "017f22e279b07cc398c4dc0c0c07398f",
            "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
            "017f22e2-79b0-7cc3-c8c4-dc0c0c07398f",
            "017f22e2-79b0-7cc3-78c4-dc0c0c07398f",
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff",
            "017f22e279-b0-7cc3-98c4-dc0c0c07398f",
            "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}",
            "81ARYZ6S41TSV4RRFFQ69G5FAV",
            "01ARYZ6S41TSV4RRFFQ69G5FAU",
            "01ARYZ6S41TSV4RRFFQ69G5FA",
            "01ARYZ6S41-SV4RRFFQ69G5FAV",
        ] {
            assert_eq!(birth(Born::UuidV7, key.as_bytes()), None, "{key}");
            assert_eq!(birth(Born::Ulid, key.as_bytes()), None, "{key}");
        }
    }
}
