//! Looking for a byte.

/// A one in each byte of a word.
const ONES: u64 = u64::from_le_bytes([1; 8]);

/// Where the first of two bytes is, eight bytes at a time.
#[must_use]
#[inline]
pub fn find_either(text: &[u8], a: u8, b: u8) -> Option<usize> {
    let (a_word, b_word) = (u64::from_le_bytes([a; 8]), u64::from_le_bytes([b; 8]));
    // The lowest bit that is set is that of the first zero byte; bits above it may be wrong.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & ONES.wrapping_shl(7);
    let (words, rest) = text.as_chunks::<8>();
    let mut start = 0_usize;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let found = zeros(word ^ a_word) | zeros(word ^ b_word);
        if found != 0 {
            return start.checked_add(usize::try_from(found.trailing_zeros() >> 3).ok()?);
        }
        start = start.saturating_add(8);
    }
    let in_rest = rest.iter().position(|byte| *byte == a || *byte == b)?;
    start.checked_add(in_rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_two_bytes_is_found_wherever_it_is() {
        for length in 0..30 {
            let text = vec![b'x'; length];
            assert_eq!(find_either(&text, b'?', b'%'), None);
            for place in 0..length {
                for (byte, neighbour) in [(b'?', b'>'), (b'%', b'%'), (b'?', b'@'), (b'%', 0xa5)] {
                    let mut text = text.clone();
                    text[place..].fill(neighbour);
                    text[place] = byte;
                    assert_eq!(find_either(&text, b'?', b'%'), Some(place), "{length} {place}");
                }
            }
        }
    }
}
