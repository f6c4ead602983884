//! What a decision writes to the request, kept until the decision is made.
//!
//! The headers of a request are read where Envoy has them, and a write may move them. So the names
//! and values are copied, one behind the other, and handed to Envoy in the end.

use arrayvec::ArrayVec;
use bluegreen::wire::Pairs;

/// Names and values; a value that is None removes the header.
#[derive(Debug, Default)]
pub struct Writes {
    /// Those of nearly all requests.
    usual: Buffer<ArrayVec<u8, 192>, ArrayVec<(usize, Option<usize>), 6>>,
    /// Those for which there was no room.
    more: Buffer<Vec<u8>, Vec<(usize, Option<usize>)>>,
    /// Which of the first writes are of a header that the request does not have, bit by bit.
    new: u64,
}

#[derive(Debug, Default)]
struct Buffer<B, E> {
    bytes: B,
    /// Where each name and each value ends.
    ends: E,
}

impl Writes {
    /// Notes a write.
    pub fn push(&mut self, name: &str, value: Option<&[u8]>) {
        let size = name.len().saturating_add(value.map_or(0, <[u8]>::len));
        let Buffer { bytes, ends } = &mut self.usual;
        if self.more.ends.is_empty() && size <= bytes.remaining_capacity() && !ends.is_full() {
            let _ = bytes.try_extend_from_slice(name.as_bytes());
            let name_end = bytes.len();
            let value_end = value.map(|value| {
                let _ = bytes.try_extend_from_slice(value);
                bytes.len()
            });
            ends.push((name_end, value_end));
        } else {
            self.push_more(name, value);
        }
    }

    #[cold]
    fn push_more(&mut self, name: &str, value: Option<&[u8]>) {
        let Buffer { bytes, ends } = &mut self.more;
        bytes.extend_from_slice(name.as_bytes());
        let name_end = bytes.len();
        let value_end = value.map(|value| {
            bytes.extend_from_slice(value);
            bytes.len()
        });
        ends.push((name_end, value_end));
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.usual.ends.is_empty() && self.more.ends.is_empty()
    }

    /// Looks which headers the request has.
    pub fn look(&mut self, lines: Pairs<'_>) {
        let (mut new, mut bit) = (0_u64, 1_u64);
        for (place, (name, _)) in self.iter().take(64).enumerate() {
            let is_there = lines.iter().any(|(known, _)| known == name)
                || self.iter().take(place).any(|(earlier, _)| earlier == name);
            if !is_there {
                new |= bit;
            }
            bit = bit.wrapping_shl(1);
        }
        self.new = new;
    }

    /// Whether the request does not have the header of a write, for one after the other.
    pub fn are_new(&self) -> impl Iterator<Item = bool> {
        let bits = (0..64).map(|place| self.new >> place & 1 != 0);
        bits.chain(std::iter::repeat(false))
    }

    /// The writes in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        let usual = parts(&self.usual.bytes, &self.usual.ends);
        usual.chain(parts(&self.more.bytes, &self.more.ends))
    }
}

fn parts<'a>(
    bytes: &'a [u8],
    ends: &'a [(usize, Option<usize>)],
) -> impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)> {
    let mut start = 0;
    ends.iter().filter_map(move |&(name_end, value_end)| {
        let name = bytes.get(start..name_end)?;
        start = value_end.unwrap_or(name_end);
        Some((name, value_end.and_then(|end| bytes.get(name_end..end))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_neither_the_request_has_nor_an_earlier_write_is_new() {
        let mut writes = Writes::default();
        for name in ["x-a", "x-b", "x-a", "x-c"] {
            writes.push(name, Some(b"1"));
        }
        writes.look(Pairs::of_lines(&[(b"x-c", b""), (b"x-ab", b"")]));
        assert_eq!(
            writes.are_new().take(6).collect::<Vec<_>>(),
            [true, true, false, false, false, false]
        );
    }

    #[test]
    fn writes_keep_their_order_also_where_they_need_more_room() {
        let long = "v".repeat(150);
        let mut writes = Writes::default();
        assert!(writes.is_empty());
        let pushed: Vec<_> = (0..12).map(|n| (format!("x-{n}"), Some(long.as_bytes()))).collect();
        for (name, value) in &pushed {
            writes.push(name, *value);
            writes.push(name, None);
        }
        let expected: Vec<_> = (pushed.iter())
            .flat_map(|(name, value)| [(name.as_bytes(), *value), (name.as_bytes(), None)])
            .collect();
        assert_eq!(writes.iter().collect::<Vec<_>>(), expected);
        assert!(!writes.is_empty());
    }
}
