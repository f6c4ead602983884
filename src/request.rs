//! What decides where a request goes, found in one pass over its headers.

use crate::explain;
use crate::pairs::Pairs;
use crate::tags::{Forged, Tags};

/// The host that a request is for.
pub const AUTHORITY: &[u8] = b":authority";
/// Its path, with the query.
pub const PATH: &[u8] = b":path";

/// A request as it arrived.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// All headers, names in lower case.
    pub headers: Pairs<'a>,
    /// The host as the client sent it; empty if it sent none.
    pub authority: &'a [u8],
    /// The path without its query.
    pub path: &'a [u8],
    /// What follows the first `?`.
    pub query: &'a [u8],
    /// Which tags came along.
    pub forged: Forged,
    /// What the header that asks why holds, in its first line.
    pub why: Option<&'a [u8]>,
}

impl<'a> Request<'a> {
    /// Reads the headers of a request.
    #[must_use]
    #[inline(never)] // So that the loop has the registers for itself.
    pub fn read(headers: Pairs<'a>, tags: &Tags) -> Self {
        let mut request = Self { headers, ..Self::default() };
        for (name, value) in headers.of_lengths(tags.lengths()) {
            match name {
                AUTHORITY => request.authority = value,
                PATH => (request.path, request.query) = split_query(value),
                _ if name == explain::HEADER.as_bytes() => {
                    request.why.get_or_insert(value);
                }
                _ => request.forged.note(name, tags),
            }
        }
        request
    }

    /// Whether Envoy found that it came from inside (`x-envoy-internal`).
    #[must_use]
    pub fn is_internal(&self) -> bool {
        self.headers.get(b"x-envoy-internal") == Some(b"true")
    }

    /// The value of a header that came in one line; an error if it came in several.
    ///
    /// # Errors
    /// Several lines, of which none can be preferred.
    pub fn single(&self, name: &str) -> Result<Option<&'a [u8]>, Repeated> {
        let mut lines = self.headers.all(name.as_bytes());
        let first = lines.next();
        if lines.next().is_some() { Err(Repeated) } else { Ok(first) }
    }
}

/// A header came in several lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeated;

fn split_query(path: &[u8]) -> (&[u8], &[u8]) {
    let end = path.iter().position(|byte| *byte == b'?').unwrap_or(path.len());
    let (path, query) = path.split_at_checked(end).unwrap_or((path, &[]));
    (path, query.get(1..).unwrap_or_default())
}
