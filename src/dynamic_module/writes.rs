//! What a decision writes to the request, kept until the decision is made.
//!
//! The headers of a request are read where Envoy has them, and a write may move them. So the names
//! and values are copied, one behind the other, and handed to Envoy in the end.

use smallvec::SmallVec;

/// Names and values; a value that is None removes the header.
#[derive(Debug, Default)]
pub struct Writes {
    bytes: SmallVec<[u8; 256]>,
    /// Where each name and each value ends.
    ends: SmallVec<[(usize, Option<usize>); 6]>,
}

impl Writes {
    /// Notes a write.
    pub fn push(&mut self, name: &str, value: Option<&str>) {
        self.bytes.extend_from_slice(name.as_bytes());
        let name_end = self.bytes.len();
        let value_end = value.map(|value| {
            self.bytes.extend_from_slice(value.as_bytes());
            self.bytes.len()
        });
        self.ends.push((name_end, value_end));
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The writes in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        let mut start = 0;
        self.ends.iter().filter_map(move |&(name_end, value_end)| {
            let name = self.bytes.get(start..name_end)?;
            start = value_end.unwrap_or(name_end);
            Some((name, value_end.and_then(|end| self.bytes.get(name_end..end))))
        })
    }
}
