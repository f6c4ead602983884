//! Searching byte strings.

use std::ops::RangeInclusive;

/// Eight times the byte 1.
const ONES: u64 = u64::MAX / 0xff;
/// The highest bit of each byte.
const HIGH: u64 = ONES << 7;

/// Whether no byte lies within a range of ASCII, eight bytes at a time.
#[must_use]
#[inline(always)]
pub fn none_within(bytes: &[u8], range: RangeInclusive<u8>) -> bool {
    let (first, last) = (*range.start(), *range.end());
    // To the lower seven bits of each byte these carry into the eighth from `first` on, and from
    // behind `last` on.
    let from_first = u64::from(0x80_u8.saturating_sub(first)).wrapping_mul(ONES);
    let behind_last = u64::from(0x7f_u8.saturating_sub(last)).wrapping_mul(ONES);
    let has_none = |word: u64| {
        let low = word & !HIGH;
        let (from, behind) = (low.wrapping_add(from_first), low.wrapping_add(behind_last));
        from & !behind & !word & HIGH == 0
    };
    // The last word may overlap the ones before.
    match bytes.last_chunk() {
        Some(last) => {
            let words = bytes.as_chunks().0;
            words.iter().chain([last]).all(|word| has_none(u64::from_le_bytes(*word)))
        }
        None => !bytes.iter().any(|byte| range.contains(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_found_wherever_it_is() {
        for range in [b':'..=b'Z', b'A'..=b'Z', 0..=0x7f, b'a'..=b'a'] {
            for length in 1..20_usize {
                for (place, byte) in
                    (0..length).flat_map(|place| (0..=255).map(move |byte| (place, byte)))
                {
                    for other in [0xff, 0x80] {
                        let mut bytes = vec![other; length];
                        bytes[place] = byte;
                        assert_eq!(none_within(&bytes, range.clone()), !range.contains(&byte));
                    }
                }
            }
            assert!(none_within(b"", range));
        }
    }
}
