//! What decides where a request goes: its headers, found in one pass, its path, the parameters of
//! its query and its cookies.

mod cookie;
mod path;
mod query;

use std::borrow::Cow;

use crate::bytes;
use crate::tags::{EXPLAIN_HEADER, IncomingTags, Tags};
use crate::wire::{Lengths, Pairs};

pub use cookie::{Cookie, all as all_cookies, find as find_cookie};
pub use path::{decoded as decoded_path, of_target};
pub use query::{Parameter, all as all_parameters, find as find_parameter};

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
    /// Its path with the query; empty if it has none.
    pub target: &'a [u8],
    /// Which tags came along.
    pub incoming: IncomingTags,
    /// What the header that asks why holds, in its first line.
    pub why: Option<&'a [u8]>,
    /// The first line of [`HeadersOfInterest::key`].
    key: Option<(&'a [u8], &'a [u8])>,
}

/// The headers by which requests are read, besides where they want to go.
#[derive(Clone, Debug)]
pub struct HeadersOfInterest {
    /// Of all that is looked at.
    lengths: Lengths,
    /// The first header of all that may hold a targeting key: found on the way, while others are
    /// searched for.
    key: Option<Box<[u8]>>,
}

impl HeadersOfInterest {
    /// The tags, and a header that will be asked for.
    #[must_use]
    pub fn new(tags: &Tags, key: Option<&str>) -> Self {
        let key = key.map(str::as_bytes);
        let lengths = [AUTHORITY, PATH, EXPLAIN_HEADER.as_bytes()]
            .into_iter()
            .chain(tags.names().map(str::as_bytes))
            .chain(key)
            .fold(Lengths::default(), |lengths, name| lengths.or(Lengths::of(name)));
        Self { lengths, key: key.map(Into::into) }
    }
}

impl<'a> Request<'a> {
    /// Reads the headers of a request.
    #[must_use]
    #[inline(never)] // So that the loop has the registers for itself.
    pub fn read(headers: Pairs<'a>, tags: &Tags, wanted: &HeadersOfInterest) -> Self {
        let mut request = Self { headers, ..Self::default() };
        for (name, value) in headers.of_lengths(wanted.lengths) {
            if bytes::equal(name, AUTHORITY) {
                request.authority = value;
            } else if bytes::equal(name, PATH) {
                request.target = value;
            } else if bytes::equal(name, EXPLAIN_HEADER.as_bytes()) {
                request.why.get_or_insert(value);
            } else if let Some(tag) = tags.of_header(name) {
                request.incoming.note(tag);
            } else if wanted.key.as_ref().is_some_and(|key| bytes::equal(name, key)) {
                request.key.get_or_insert((name, value));
            }
        }
        request
    }

    /// The path without its query, in the form in which it is compared.
    #[must_use]
    pub fn path(&self) -> Cow<'a, [u8]> {
        of_target(self.target)
    }

    /// What follows the first `?`.
    #[must_use]
    pub fn query(&self) -> &'a [u8] {
        self.target.splitn(2, |byte| *byte == b'?').nth(1).unwrap_or_default()
    }

    /// The value of a header's first line.
    #[must_use]
    pub fn first(&self, name: &[u8]) -> Option<&'a [u8]> {
        match self.key {
            Some((key, value)) if bytes::equal(key, name) => Some(value),
            _ => self.headers.get(name),
        }
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
