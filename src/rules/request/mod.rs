//! What decides where a request goes: its headers, found in one pass, its path, the parameters of
//! its query and its cookies.

mod authority;
mod carriers;
mod cookie;
mod path;
mod query;
mod search;

use std::borrow::Cow;
use std::cell::Cell;
use std::ptr;

use crate::bytes;
use crate::tags::{EXPLAIN_HEADER, IncomingTags, Tags};
use crate::wire::{Lengths, Pairs, Repeated};

pub use authority::{LONGEST_HOST, Room, normalize};
pub use carriers::{Carrier, Carriers};
pub use cookie::{
    Cookie, all as all_cookies, find as find_cookie, trimmed, without as cookies_without,
};
pub use path::{decoded as decoded_path, of_target};
pub use query::{Parameter, all as all_parameters, find as find_parameter};
pub use search::{Names, Search};

/// The host that a request is for.
pub const AUTHORITY: &[u8] = b":authority";
/// What Envoy adds to a request that it redirects internally.
const ORIGINAL_URL: &[u8] = b"x-envoy-original-url";
/// Its path, with the query.
pub const PATH: &[u8] = b":path";

/// Names of cookies and parameters that are looked for in one request.
#[derive(Clone, Debug, Default)]
pub struct ValueNames {
    /// Cookies.
    pub cookies: Names,
    /// Parameters of the query.
    pub parameters: Names,
}

/// Cookies and parameters of one request while some of them are looked for: however many names
/// there are, each list is read once.
pub trait Values<'a> {
    /// The first cookie of a name.
    fn cookie(&mut self, name: &[u8]) -> Option<&'a [u8]>;

    /// The first parameter of a name.
    fn parameter(&mut self, name: &[u8]) -> Option<Cow<'a, [u8]>>;
}

/// A search that begins when it is needed, for most requests have their key in a header.
struct Begun<S, F> {
    search: Option<S>,
    begin: F,
}

impl<S, F: Fn() -> S> Begun<S, F> {
    fn new(begin: F) -> Self {
        Self { search: None, begin }
    }

    fn get(&mut self) -> &mut S {
        self.search.get_or_insert_with(&self.begin)
    }
}

impl<'a, 'n, C, P, F, G> Values<'a> for (Begun<Search<'n, C>, F>, Begun<Search<'n, P>, G>)
where
    C: Iterator<Item = Cookie<'a>> + Clone,
    P: Iterator<Item = Parameter<'a>> + Clone,
    F: Fn() -> Search<'n, C>,
    G: Fn() -> Search<'n, P>,
{
    fn cookie(&mut self, name: &[u8]) -> Option<&'a [u8]> {
        self.0.get().find(name).map(Cookie::value)
    }

    fn parameter(&mut self, name: &[u8]) -> Option<Cow<'a, [u8]>> {
        self.1.get().find(name).map(Parameter::value)
    }
}

/// The value of a header, if it came in one line.
type Line<'a> = Result<&'a [u8], Repeated>;

#[inline]
fn query_of(target: &[u8]) -> &[u8] {
    target.splitn(2, |byte| *byte == b'?').nth(1).unwrap_or_default()
}

/// A request as it arrived.
#[derive(Clone, Debug, Default)]
pub struct Request<'a> {
    /// All headers, names in lower case.
    pub headers: Pairs<'a>,
    /// The host as the client sent it; empty if it sent none.
    pub authority: &'a [u8],
    /// Its path with the query; empty if it has none.
    pub target: &'a [u8],
    /// Which tags came along.
    pub incoming: IncomingTags,
    /// Whether an internal redirect may have made this request. A client can send the header too.
    pub may_be_redirected: bool,
    /// Whether the tags are those that an earlier pass of this request wrote.
    pub are_tags_own: bool,
    /// Whether the header of an override came along.
    pub has_override: bool,
    /// What the header that asks why holds, in its first line.
    pub why: Option<&'a [u8]>,
    /// Whether a condition was about a header that came in several lines, so that it did not hold.
    pub has_repeated_condition: Cell<bool>,
    /// The name of [`HeadersOfInterest::key`], and its value if it came in one line.
    key: Option<(&'a [u8], Line<'a>)>,
}

/// The headers by which requests are read, besides where they want to go.
#[derive(Clone, Debug)]
pub struct HeadersOfInterest {
    /// Of all that is looked at.
    lengths: Lengths,
    /// The first header of all that may hold a targeting key: found on the way, while others are
    /// searched for.
    key: Option<Box<[u8]>>,
    /// Where overrides arrive.
    carriers: Carriers,
}

impl HeadersOfInterest {
    /// The tags, a header that will be asked for, and what may bring an override.
    #[must_use]
    pub fn new(tags: &Tags, key: Option<&str>, carriers: Carriers) -> Self {
        // A header of both kinds is noted as an override, and searched for as a key.
        let key = key.map(str::as_bytes).filter(|key| !carriers.has_header(key));
        let lengths = [AUTHORITY, PATH, EXPLAIN_HEADER.as_bytes(), ORIGINAL_URL]
            .into_iter()
            .chain(tags.names().map(str::as_bytes))
            .chain(key)
            .fold(carriers.lengths(), |lengths, name| lengths.or(Lengths::of(name)));
        Self { lengths, key: key.map(Into::into), carriers }
    }

    /// Where overrides arrive.
    #[must_use]
    #[inline]
    pub fn carriers(&self) -> &Carriers {
        &self.carriers
    }
}

impl<'a> Request<'a> {
    /// Reads the headers of a request.
    #[must_use]
    #[inline]
    pub fn read(headers: Pairs<'a>, tags: &Tags, wanted: &HeadersOfInterest) -> Self {
        let mut request = Self { headers, ..Self::default() };
        headers.of_lengths(wanted.lengths).for_each(|(name, value)| {
            if bytes::equal(name, AUTHORITY) {
                request.authority = value;
            } else if bytes::equal(name, PATH) {
                request.target = value;
            } else if bytes::equal(name, EXPLAIN_HEADER.as_bytes()) {
                request.why.get_or_insert(value);
            } else if let Some(tag) = tags.of_header(name) {
                request.incoming.note(tag);
            } else if wanted.key.as_ref().is_some_and(|key| bytes::equal(name, key)) {
                let line = if request.key.is_none() { Ok(value) } else { Err(Repeated) };
                request.key = Some((name, line));
            } else if wanted.carriers.has_header(name) {
                request.has_override = true;
            } else if bytes::equal(name, ORIGINAL_URL) {
                request.may_be_redirected = true;
            }
        });
        request
    }

    /// The host in its one form, in which port, case and trailing dot do not count; None if it
    /// has none.
    #[must_use]
    #[inline]
    pub fn host(&self) -> Option<Cow<'a, [u8]>> {
        let (authority, mut room) = (self.authority, None);
        let host = normalize(authority, &mut room)?;
        if ptr::eq(host.as_ptr(), authority.as_ptr()) {
            return authority.get(..host.len()).map(Cow::Borrowed);
        }
        Some(Cow::Owned(host.to_vec()))
    }

    /// The path without its query, in the form in which it is compared.
    #[must_use]
    #[inline]
    pub fn path(&self) -> Cow<'a, [u8]> {
        of_target(self.target)
    }

    /// What follows the first `?`.
    #[must_use]
    #[inline]
    pub fn query(&self) -> &'a [u8] {
        query_of(self.target)
    }

    /// The values of cookies and parameters, to look for any of these names; `keeps` if a single
    /// name may be asked for several times.
    #[must_use]
    pub fn values<'n>(&self, names: &'n ValueNames, keeps: bool) -> impl Values<'a> + use<'a, 'n> {
        let (headers, target) = (self.headers, self.target);
        let cookies = move || Search::new(&names.cookies, all_cookies(headers), keeps);
        let parameters =
            move || Search::new(&names.parameters, all_parameters(query_of(target)), keeps);
        (Begun::new(cookies), Begun::new(parameters))
    }

    /// Whether Envoy found that it came from inside (`x-envoy-internal`).
    #[must_use]
    pub fn is_internal(&self) -> bool {
        self.headers.get(b"x-envoy-internal") == Some(b"true")
    }

    /// Notes if a header that a condition is about came in several lines.
    ///
    /// # Errors
    /// What it is given.
    pub fn condition_on<T>(&self, line: Result<T, Repeated>) -> Result<T, Repeated> {
        if line.is_err() {
            self.has_repeated_condition.set(true);
        }
        line
    }

    /// The value of a header that came in one line; an error if it came in several.
    ///
    /// # Errors
    /// Several lines, of which none can be preferred.
    #[inline]
    pub fn single(&self, name: &str) -> Result<Option<&'a [u8]>, Repeated> {
        match self.key {
            Some((key, line)) if bytes::equal(key, name.as_bytes()) => line.map(Some),
            _ => self.headers.single(name.as_bytes()),
        }
    }
}
