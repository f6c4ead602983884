//! Comparing byte strings.

/// Whether two byte strings are the same, eight bytes at a time: what WebAssembly has for `==` goes
/// byte by byte.
#[must_use]
#[inline(always)]
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    // The last word may overlap the ones before.
    match a.len() {
        0..4 => a.iter().zip(b).all(|(a, b)| a == b),
        4..8 => a.first_chunk::<4>() == b.first_chunk() && a.last_chunk::<4>() == b.last_chunk(),
        8..=16 => a.first_chunk::<8>() == b.first_chunk() && a.last_chunk::<8>() == b.last_chunk(),
        17.. => {
            let (words, others) = (a.as_chunks::<8>().0, b.as_chunks::<8>().0);
            a.last_chunk::<8>() == b.last_chunk() && words.iter().zip(others).all(|(a, b)| a == b)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_makes_a_difference_wherever_it_is() {
        for length in 0..40_u8 {
            let bytes: Vec<u8> = (0..length).collect();
            assert!(equal(&bytes, &bytes.clone()));
            assert!(!equal(&bytes, &[&bytes[..], &[0]].concat()));
            for place in 0..bytes.len() {
                let mut other = bytes.clone();
                other[place] ^= 0x80;
                assert!(!equal(&bytes, &other), "{length} {place}");
            }
        }
    }
}
