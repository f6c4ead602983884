//! Comparing byte strings.

/// Whether two byte strings are the same, eight bytes at a time: what WebAssembly has for `==` goes
/// byte by byte.
#[must_use]
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    // The last eight may overlap the ones before.
    match (a.last_chunk::<8>(), b.last_chunk::<8>()) {
        (Some(last), Some(other)) => {
            let (words, others) = (a.as_chunks::<8>().0, b.as_chunks::<8>().0);
            last == other && words.iter().zip(others).all(|(a, b)| a == b)
        }
        _ => a.iter().zip(b).all(|(a, b)| a == b),
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
