//! The pairs encoding of the proxy-wasm ABI, read in place.
//!
//! Header maps, and metadata that is a `Struct` or a list, cross from the host as one buffer:
//! `u32` count, then for each pair two `u32` sizes, then for each pair `name 0x00 value 0x00`;
//! all integers little-endian. Nothing is copied and nothing is trusted: a buffer that does not
//! hold what it announces ends the iteration early.

use crate::bytes;

/// A borrowed buffer of pairs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pairs<'a> {
    sizes: &'a [Sizes],
    data: &'a [u8],
}

/// A name that must be there once at most is there several times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeated;

/// Sizes of a name and of its value.
type Sizes = [u8; 8];

/// A set of lengths of names, each modulo 64. Most headers are told apart from those that are
/// looked for by their length alone, without a look at a byte of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lengths(u64);

impl Lengths {
    /// The length of one name.
    #[must_use]
    pub fn of(name: &[u8]) -> Self {
        Self(1_u64.wrapping_shl(u32::try_from(name.len() % 64).unwrap_or(0)))
    }

    /// The lengths of both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a name may be one of them by its length.
    #[must_use]
    pub fn may_have(self, name: &[u8]) -> bool {
        self.has(u64::try_from(name.len()).unwrap_or(u64::MAX))
    }

    fn has(self, length: u64) -> bool {
        self.0.wrapping_shr(u32::try_from(length % 64).unwrap_or(0)) & 1 != 0
    }
}

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
        let mut iter = pairs.wanted(|_| true);
        let read = iter.by_ref().count();
        let is_whole =
            read == pairs.sizes.len() && iter.at == u64::try_from(pairs.data.len()).ok()?;
        is_whole.then_some(pairs)
    }

    fn split(buffer: &'a [u8]) -> Option<Self> {
        let (count, rest) = buffer.split_first_chunk::<4>()?;
        let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
        let (sizes, data) = rest.split_at_checked(count.checked_mul(size_of::<Sizes>())?)?;
        Some(Self { sizes: sizes.as_chunks().0, data })
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.sizes.is_empty()
    }

    /// Names and values, in the order of the buffer.
    pub fn iter(self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.wanted(|_| true)
    }

    /// Names and values of those whose names have one of these lengths.
    pub fn of_lengths(self, lengths: Lengths) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.wanted(move |length| lengths.has(length))
    }

    /// Names and values of those whose names are of a wanted length.
    fn wanted<F: Fn(u64) -> bool>(self, is_wanted: F) -> Iter<'a, F> {
        Iter { sizes: self.sizes.iter(), data: self.data, at: 0, is_wanted }
    }

    /// Value of the first pair of this name.
    #[must_use]
    #[inline(never)] // So that the loop has the registers for itself.
    pub fn get(self, name: &[u8]) -> Option<&'a [u8]> {
        for (found, value) in self.as_long_as(name) {
            if bytes::equal(found, name) {
                return Some(value);
            }
        }
        None
    }

    /// Value of the only pair of this name.
    ///
    /// # Errors
    /// Several pairs, of which none can be preferred.
    #[inline(never)] // As above.
    pub fn single(self, name: &[u8]) -> Result<Option<&'a [u8]>, Repeated> {
        let mut only = None;
        for (found, value) in self.as_long_as(name) {
            if bytes::equal(found, name) && only.replace(value).is_some() {
                return Err(Repeated);
            }
        }
        Ok(only)
    }

    /// Values of all pairs of this name.
    pub fn all(self, name: &[u8]) -> impl Iterator<Item = &'a [u8]> + Clone {
        let alike = self.as_long_as(name).filter(move |(found, _)| bytes::equal(found, name));
        alike.map(|(_, value)| value)
    }

    fn as_long_as(self, name: &[u8]) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + Clone {
        let length = u64::try_from(name.len()).unwrap_or(u64::MAX);
        self.wanted(move |found| found == length)
    }
}

/// Names and values that are still to come.
#[derive(Clone)]
struct Iter<'a, F> {
    sizes: std::slice::Iter<'a, Sizes>,
    data: &'a [u8],
    /// Where the next pair starts.
    at: u64,
    /// Whether names of this length are looked for.
    is_wanted: F,
}

impl<'a, F: Fn(u64) -> bool> Iterator for Iter<'a, F> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // One load for both; WebAssembly has no cheaper one for a part.
            let sizes = u64::from_le_bytes(*self.sizes.next()?);
            let (name, value) = (sizes & u64::from(u32::MAX), sizes >> 32);
            // Fewer than 2^32 pairs of less than 2^34 bytes: the sum fits. What lies beyond the
            // buffer stays beyond it, so it is enough to look where something is wanted.
            let start = self.at;
            let middle = start.wrapping_add(name);
            self.at = middle.wrapping_add(value).wrapping_add(2);
            if (self.is_wanted)(name) {
                return slice(self.data, start, middle, self.at);
            }
        }
    }
}

/// A name and its value, each with a zero byte behind it.
fn slice(data: &[u8], start: u64, middle: u64, end: u64) -> Option<(&[u8], &[u8])> {
    let place = |at: u64| usize::try_from(at).ok();
    let (name, rest) = data
        .get(place(start)?..place(end)?)?
        .split_at_checked(place(middle.wrapping_sub(start))?)?;
    let [_, value @ .., _] = rest else { return None };
    Some((name, value))
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
    fn of_several_pairs_of_a_name_none_is_the_only_one() {
        let buffer = encode([(&b"a"[..], &b"1"[..]), (b"b", b"2"), (b"a", b"1")].into_iter());
        let pairs = Pairs::new(&buffer);
        assert_eq!(pairs.single(b"a"), Err(Repeated));
        assert_eq!((pairs.single(b"b"), pairs.single(b"c")), (Ok(Some(&b"2"[..])), Ok(None)));
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
