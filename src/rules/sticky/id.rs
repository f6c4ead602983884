//! Ids that the filter issues.

/// An id of 128 bits as text: 32 lower-case hex digits, or a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id {
    text: [u8; 36],
    length: usize,
}

impl Id {
    /// 128 bits as 32 hex digits.
    #[must_use]
    pub fn new(bits: u128) -> Self {
        let mut text = [0; 36];
        let mut rest = bits;
        for digit in text.iter_mut().take(32).rev() {
            *digit = hex_digit(rest);
            rest >>= 4;
        }
        Self { text, length: 32 }
    }

    /// A `UUIDv7` (RFC 9562, section 5.7): a time in milliseconds since the epoch of Unix, of which
    /// 48 bits count, and 74 of the random bits. As short as a library's, and without its weight.
    #[must_use]
    pub fn uuid_v7(millis: u64, random: u128) -> Self {
        const TIME: u128 = ((1 << 48) - 1) << 80;
        const VERSION: u128 = 0xf << 76;
        const VARIANT: u128 = 0b11 << 62;
        let free = random & !(TIME | VERSION | VARIANT);
        let mut rest = free | u128::from(millis) << 80 | 0x7 << 76 | 0b10 << 62;
        let mut text = [b'-'; 36];
        for (place, digit) in text.iter_mut().enumerate().rev() {
            if !matches!(place, 8 | 13 | 18 | 23) {
                *digit = hex_digit(rest);
                rest >>= 4;
            }
        }
        Self { text, length: 36 }
    }

    /// The text, which is ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.text.get(..self.length).unwrap_or_default()).unwrap_or_default()
    }
}

/// The digit of the last four bits.
fn hex_digit(bits: u128) -> u8 {
    let value = (bits & 0xf) as u8;
    if value < 10 { b'0' | value } else { (b'a' - 10).wrapping_add(value) }
}

#[cfg(test)]
mod tests {
    use super::super::birth::birth_of_uuid_v7;
    use super::*;

    const NUMBERS: [u128; 4] = [0, 1, u128::MAX, 0x0123_4567_89ab_cdef_0011_2233_4455_6677];

    #[test]
    fn an_id_is_the_number_in_hex() {
        for number in NUMBERS {
            assert_eq!(Id::new(number).as_str(), format!("{number:032x}"));
        }
    }

    #[test]
    fn a_uuid_is_that_of_the_example_of_rfc_9562() {
        // Appendix A.6.
        let id = Id::uuid_v7(0x017f_22e2_79b0, 0xcc3_18c4_dc0c_0c07_398f);
        assert_eq!(id.as_str(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    }

    #[test]
    fn a_uuid_carries_its_time_whatever_chance_gives() {
        for number in NUMBERS {
            for millis in [0, 1, 1_795_435_200_123, (1 << 48) - 1] {
                let id = Id::uuid_v7(millis, number);
                assert_eq!(birth_of_uuid_v7(id.as_str().as_bytes()), Some(millis));
            }
        }
    }
}
