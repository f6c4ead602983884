//! The pairs encoding of the proxy-wasm ABI, read in place.
//!
//! Header maps, and metadata that is a `Struct` or a list, cross from the host as one buffer:
//! `u32` count, then for each pair two `u32` sizes, then for each pair `name 0x00 value 0x00`;
//! all integers little-endian. Nothing is copied and nothing is trusted: a buffer that does not
//! hold what it announces ends the iteration early.

/// A borrowed buffer of pairs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pairs<'a> {
    sizes: &'a [u8],
    data: &'a [u8],
}

const PAIR_OF_SIZES: usize = 8;

impl<'a> Pairs<'a> {
    /// Reads a buffer as the host filled it. One that is too short for its count holds no pairs.
    #[must_use]
    pub fn new(buffer: &'a [u8]) -> Self {
        Self::split(buffer).unwrap_or_default()
    }

    /// Reads a buffer only if it holds exactly the pairs that it announces and nothing else.
    #[must_use]
    pub fn exact(buffer: &'a [u8]) -> Option<Self> {
        let pairs = Self::split(buffer)?;
        let mut iter = pairs.iter();
        while !iter.0.sizes.is_empty() {
            iter.next()?;
        }
        iter.0.data.is_empty().then_some(pairs)
    }

    fn split(buffer: &'a [u8]) -> Option<Self> {
        let (count, rest) = buffer.split_first_chunk::<4>()?;
        let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
        let (sizes, data) = rest.split_at_checked(count.checked_mul(PAIR_OF_SIZES)?)?;
        Some(Self { sizes, data })
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.sizes.is_empty()
    }

    /// Names and values, in the order of the buffer.
    #[must_use]
    pub fn iter(self) -> Iter<'a> {
        Iter(self)
    }

    /// Value of the first pair of this name.
    #[must_use]
    pub fn get(self, name: &[u8]) -> Option<&'a [u8]> {
        self.iter().find(|(found, _)| *found == name).map(|(_, value)| value)
    }
}

/// Names and values that are still to come.
#[derive(Clone, Debug)]
pub struct Iter<'a>(Pairs<'a>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let Self(left) = self;
        let (sizes, rest) = left.sizes.split_first_chunk::<PAIR_OF_SIZES>()?;
        let [n0, n1, n2, n3, v0, v1, v2, v3] = *sizes;
        let (name, data) = take(left.data, u32::from_le_bytes([n0, n1, n2, n3]))?;
        let (value, data) = take(data, u32::from_le_bytes([v0, v1, v2, v3]))?;
        *left = Pairs { sizes: rest, data };
        Some((name, value))
    }
}

/// The first `size` bytes, and what follows the zero byte behind them.
fn take(data: &[u8], size: u32) -> Option<(&[u8], &[u8])> {
    let (taken, rest) = data.split_at_checked(usize::try_from(size).ok()?)?;
    Some((taken, rest.get(1..)?))
}

/// Encodes pairs as the host does: the counterpart for hosts that are not Envoy.
#[must_use]
pub fn encode<'a>(pairs: impl Iterator<Item = (&'a [u8], &'a [u8])> + Clone) -> Vec<u8> {
    let size = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes();
    let count = u32::try_from(pairs.clone().count()).unwrap_or(u32::MAX);
    let mut buffer = count.to_le_bytes().to_vec();
    for (name, value) in pairs.clone() {
        buffer.extend(size(name));
        buffer.extend(size(value));
    }
    for (name, value) in pairs {
        buffer.extend_from_slice(name);
        buffer.push(0);
        buffer.extend_from_slice(value);
        buffer.push(0);
    }
    buffer
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIRS: [(&[u8], &[u8]); 3] = [(b"a", b"1"), (b"", b""), (b"b\xff", b"\x00\x01")];

    #[test]
    fn what_is_encoded_is_read_back() {
        let buffer = encode(PAIRS.into_iter());
        assert_eq!(Pairs::new(&buffer).iter().collect::<Vec<_>>(), PAIRS);
        assert!(Pairs::exact(&buffer).is_some());
    }

    #[test]
    fn the_first_pair_of_a_name_is_found() {
        let buffer = encode([(&b"a"[..], &b"1"[..]), (b"a", b"2")].into_iter());
        assert_eq!(Pairs::new(&buffer).get(b"a"), Some(&b"1"[..]));
        assert_eq!(Pairs::new(&buffer).get(b"A"), None);
    }

    #[test]
    fn a_cut_or_padded_buffer_is_never_exact_and_never_read_past_its_end() {
        let whole = encode(PAIRS.into_iter());
        for end in 0..whole.len() {
            assert!(Pairs::exact(&whole[..end]).is_none(), "cut at {end}");
            assert!(Pairs::new(&whole[..end]).iter().count() < PAIRS.len());
        }
        let padded = [&whole[..], b"x"].concat();
        assert!(Pairs::exact(&padded).is_none());
    }

    #[test]
    fn a_count_beyond_the_buffer_holds_no_pairs() {
        assert_eq!(Pairs::new(&[0xff; 64]).iter().count(), 0);
        assert!(Pairs::new(&[]).is_empty());
    }
}
