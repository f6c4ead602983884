//! Names and values that a host hands over, read in place: in the pairs encoding of the proxy-wasm
//! ABI, or as lines that lie anywhere.
//!
//! Header maps, and metadata that is a `Struct` or a list, cross from a proxy-wasm host as one
//! buffer: `u32` count, then for each pair two `u32` sizes, then for each pair `name 0x00 value
//! 0x00`; all integers little-endian. Nothing is copied and nothing is trusted: a buffer that does
//! not hold what it announces ends the iteration early.

use crate::bytes;

/// Borrowed pairs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pairs<'a>(Form<'a>);

/// A name and its value.
pub type Line<'a> = (&'a [u8], &'a [u8]);

/// How a host hands them over.
#[derive(Clone, Copy, Debug)]
enum Form<'a> {
    Encoded(Encoded<'a>),
    #[cfg(feature = "lines")]
    Lines(&'a [Line<'a>]),
}

impl Default for Form<'_> {
    #[inline]
    fn default() -> Self {
        Self::Encoded(Encoded::default())
    }
}

/// A buffer in the pairs encoding.
#[derive(Clone, Copy, Debug, Default)]
struct Encoded<'a> {
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
    #[inline]
    pub fn may_have(self, name: &[u8]) -> bool {
        self.has(u64::try_from(name.len()).unwrap_or(u64::MAX))
    }

    #[inline]
    fn has(self, length: u64) -> bool {
        self.0.wrapping_shr(u32::try_from(length % 64).unwrap_or(0)) & 1 != 0
    }
}

impl<'a> Pairs<'a> {
    /// Reads a buffer as the host filled it. One that is too short for its count holds no pairs.
    #[must_use]
    #[inline]
    pub fn new(buffer: &'a [u8]) -> Self {
        Self(Form::Encoded(Encoded::split(buffer).unwrap_or_default()))
    }

    /// Reads a buffer only if it holds exactly the pairs that it announces and nothing else.
    #[must_use]
    pub fn exact(buffer: &'a [u8]) -> Option<Self> {
        let encoded = Encoded::split(buffer)?;
        // No slice has so many bytes as the sum saturates at.
        let announced = encoded.sizes.iter().fold(0_u64, |all, sizes| {
            let (name, value) = halves(u64::from_le_bytes(*sizes));
            all.saturating_add(name.into()).saturating_add(value.into()).saturating_add(2)
        });
        let is_whole = u64::try_from(encoded.data.len()) == Ok(announced);
        is_whole.then_some(Self(Form::Encoded(encoded)))
    }

    /// Pairs that lie anywhere.
    #[cfg(feature = "lines")]
    #[must_use]
    #[inline]
    pub fn of_lines(lines: &'a [Line<'a>]) -> Self {
        Self(Form::Lines(lines))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        match self.0 {
            Form::Encoded(encoded) => encoded.sizes.is_empty(),
            #[cfg(feature = "lines")]
            Form::Lines(lines) => lines.is_empty(),
        }
    }

    /// Whether all values are empty.
    #[must_use]
    pub fn are_without_values(self) -> bool {
        match self.0 {
            Form::Encoded(encoded) => encoded.are_without_values(),
            #[cfg(feature = "lines")]
            Form::Lines(lines) => lines.iter().all(|(_, value)| value.is_empty()),
        }
    }

    /// Names and values, in the order of the host.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = Line<'a>> {
        self.wanted(|_| true)
    }

    /// Names and values of those whose names have one of these lengths.
    #[inline]
    pub fn of_lengths(self, lengths: Lengths) -> impl Iterator<Item = Line<'a>> {
        self.wanted(move |length| lengths.has(length))
    }

    /// Names and values of those whose names are of a wanted length.
    #[inline]
    fn wanted<F: Fn(u64) -> bool + Copy>(self, is_wanted: F) -> Iter<'a, F> {
        match self.0 {
            Form::Encoded(encoded) => Iter::Encoded(encoded.wanted(is_wanted)),
            #[cfg(feature = "lines")]
            Form::Lines(lines) => Iter::Lines(lines.iter(), is_wanted),
        }
    }

    /// Value of the first pair of this name.
    #[must_use]
    #[inline]
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
    #[inline]
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

    fn as_long_as(self, name: &[u8]) -> impl Iterator<Item = Line<'a>> + Clone {
        let length = length(name);
        self.wanted(move |found| found == length)
    }
}

#[inline]
fn length(name: &[u8]) -> u64 {
    u64::try_from(name.len()).unwrap_or(u64::MAX)
}

impl<'a> Encoded<'a> {
    /// By their sizes, without a look at them.
    fn are_without_values(self) -> bool {
        self.sizes.iter().all(|sizes| u64::from_le_bytes(*sizes) >> 32 == 0)
    }

    fn split(buffer: &'a [u8]) -> Option<Self> {
        let (count, rest) = buffer.split_first_chunk::<4>()?;
        let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
        let (sizes, data) = rest.split_at_checked(count.checked_mul(size_of::<Sizes>())?)?;
        Some(Self { sizes: sizes.as_chunks().0, data })
    }

    #[inline]
    fn wanted<F: Fn(u64) -> bool>(self, is_wanted: F) -> EncodedIter<'a, F> {
        EncodedIter { sizes: self.sizes.iter(), data: self.data, before: 0, is_wanted }
    }
}

/// Names and values that are still to come.
#[derive(Clone)]
enum Iter<'a, F> {
    Encoded(EncodedIter<'a, F>),
    #[cfg(feature = "lines")]
    Lines(std::slice::Iter<'a, Line<'a>>, F),
}

impl<'a, F: Fn(u64) -> bool> Iterator for Iter<'a, F> {
    type Item = Line<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Encoded(iter) => iter.next(),
            #[cfg(feature = "lines")]
            Self::Lines(lines, is_wanted) => {
                lines.by_ref().find(|(name, _)| is_wanted(length(name))).copied()
            }
        }
    }

    /// All of them, with one look at the form and not one for each.
    #[inline]
    #[cfg(feature = "lines")]
    fn fold<T, G: FnMut(T, Self::Item) -> T>(self, start: T, mut then: G) -> T {
        match self {
            Self::Encoded(iter) => iter.fold(start, then),
            Self::Lines(lines, is_wanted) => lines.fold(start, |folded, line| {
                if is_wanted(length(line.0)) { then(folded, *line) } else { folded }
            }),
        }
    }
}

/// Those of a buffer.
#[derive(Clone)]
struct EncodedIter<'a, F> {
    sizes: std::slice::Iter<'a, Sizes>,
    data: &'a [u8],
    /// What stands before the next pair: all names with the two zero bytes of each pair in the
    /// lower half, all values in the upper. One addition counts both.
    before: u64,
    /// Whether names of this length are looked for.
    is_wanted: F,
}

impl<'a, F: Fn(u64) -> bool> Iterator for EncodedIter<'a, F> {
    type Item = Line<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // One load for both; WebAssembly has no cheaper one for a part.
            let sizes = u64::from_le_bytes(*self.sizes.next()?);
            let before = self.before;
            // A half overflows only where a buffer announces more than 4 GiB, and what is found
            // then still lies within the buffer.
            self.before = before.wrapping_add(sizes).wrapping_add(2);
            if (self.is_wanted)(u64::from(halves(sizes).0)) {
                return slice(self.data, before, sizes);
            }
        }
    }
}

/// The lower and the upper half.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "that is what halves are")]
fn halves(sizes: u64) -> (u32, u32) {
    (sizes as u32, (sizes >> 32) as u32)
}

/// A name and its value, each with a zero byte behind it. None beyond the buffer.
#[inline(always)]
fn slice(data: &[u8], before: u64, sizes: u64) -> Option<(&[u8], &[u8])> {
    let place = |half: u32| usize::try_from(half).ok();
    let (names, values) = halves(before);
    let (name, value) = halves(sizes);
    let start = place(names)?.checked_add(place(values)?)?;
    let (name, rest) = data.get(start..)?.split_at_checked(place(name)?)?;
    let (value, rest) = rest.get(1..)?.split_at_checked(place(value)?)?;
    (!rest.is_empty()).then_some((name, value))
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

    #[cfg(feature = "lines")]
    #[test]
    fn the_first_pair_of_a_name_is_found() {
        let lines: [Line<'_>; 3] = [(b"", b""), (b"a", b"1"), (b"a", b"2")];
        let buffer = encode(lines.into_iter());
        for pairs in [Pairs::new(&buffer), Pairs::of_lines(&lines)] {
            assert_eq!(pairs.get(b"a"), Some(&b"1"[..]));
            assert_eq!(pairs.get(b"A"), None);
            assert_eq!(pairs.all(b"a").collect::<Vec<_>>(), [b"1", b"2"]);
            assert_eq!(pairs.of_lengths(Lengths::of(b"b")).count(), 2);
            assert!(!pairs.is_empty());
        }
        assert!(Pairs::of_lines(&[]).is_empty());
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
