//! The targeting key: the value that identifies a user.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode;

use super::address::{forwarded_for, without_port};
use super::birth::birth;
use super::ignored::Ignored;
use crate::config::{self, Born, ConfigErrors, Path, cookie_name, header_name};
use crate::host::{Environment, Host};
use crate::metrics::Counter;
use crate::request::{Request, ValueNames, Values};
use crate::wire::PropertyPath;

/// What an error says of a key that is none of these, or several.
const KINDS: &str = "exactly one of `header`, `cookie`, `query`, `property`, `source_address`, \
    `x_forwarded_for`, `host`, `all`";

/// A place where a targeting key may be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A header that comes in one line, its name in lower case.
    Header(Box<str>),
    /// The first cookie of a name.
    Cookie(Box<str>),
    /// The same, with the escapes of RFC 3986 in its value decoded.
    EncodedCookie(Box<str>),
    /// The first parameter of a name in the query.
    Query(Box<str>),
    /// A property of the proxy.
    Property(PropertyPath),
    /// The client's address without its port.
    SourceAddress(PropertyPath),
    /// An entry of `x-forwarded-for`, counted from the right, 1 the last.
    ForwardedFor(usize),
    /// The host that the request is for, in its one form.
    Host,
    /// Several keys, all of which must be there, joined by one zero byte. FROZEN, as the bucket is.
    All(Box<[KeySource]>),
}

impl KeySource {
    /// Validates the configuration; None where that added errors.
    pub fn new(
        config: &config::Key,
        environment: &dyn Environment,
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Option<Self> {
        let attribute = |segments: &[&str], at: &Path, errors: &mut ConfigErrors| {
            let path = environment.attribute(segments);
            if path.is_none() {
                errors.add(at, "unsupported: this proxy has no such attribute");
            }
            path
        };
        let config::Key { header, cookie, decode, query, property, .. } = config;
        let config::Key { source_address, x_forwarded_for, host, all, .. } = config;
        let kinds = [
            header.is_some(),
            cookie.is_some(),
            query.is_some(),
            property.is_some(),
            source_address.is_some(),
            x_forwarded_for.is_some(),
            host.is_some(),
            all.is_some(),
        ];
        if kinds.into_iter().filter(|is_there| *is_there).count() != 1 {
            errors.required_keys(at, KINDS);
            return None;
        }
        let decode = decode.as_ref().map(|word| word.known(&at.key("decode"), errors));
        if decode.is_some() && cookie.is_none() {
            errors.add(&at.key("decode"), "is for a `cookie`");
        }
        if let Some(name) = header {
            return header_name(name, &at.key("header"), errors).map(Self::Header);
        }
        if let Some(name) = cookie {
            let name = cookie_name(name, &at.key("cookie"), errors)?;
            return Some(match decode {
                None => Self::Cookie(name),
                Some(_) => Self::EncodedCookie(name),
            });
        }
        if let Some(name) = query {
            if name.is_empty() {
                errors.add(&at.key("query"), "is empty");
            }
            return Some(Self::Query(name.as_str().into()));
        }
        if let Some(segments) = property {
            let at = at.key("property");
            let segments = PropertyPath::segments(segments, &at, errors)?;
            return attribute(&segments, &at, errors).map(Self::Property);
        }
        if let Some(place) = *x_forwarded_for {
            if place == 0 {
                errors.add(&at.key("x_forwarded_for"), "is 0: 1 is the last entry");
            }
            return usize::try_from(place).ok().map(Self::ForwardedFor);
        }
        if let Some(parts) = all {
            return Self::of_all(parts, environment, &at.key("all"), errors);
        }
        for (key, is_true) in [("host", *host), ("source_address", *source_address)] {
            if is_true == Some(false) {
                errors.add(&at.key(key), "must be true or left out");
            }
        }
        if host.is_some() {
            return Some(Self::Host);
        }
        let at = at.key("source_address");
        attribute(&["source", "address"], &at, errors).map(Self::SourceAddress)
    }

    /// Whether it is the cookie of this name, as it stands.
    #[must_use]
    pub fn is_cookie(&self, name: &str) -> bool {
        matches!(self, Self::Cookie(own) if **own == *name)
    }

    /// When the session was born whose key was found here, in nanoseconds since the epoch of Unix:
    /// of several parts the first that carries a time counts.
    #[must_use]
    pub fn birth(&self, born: Born, key: &[u8]) -> Option<u64> {
        match self {
            Self::All(_) => key.split(|byte| *byte == 0).find_map(|part| birth(born, part)),
            _ => birth(born, key),
        }
    }

    /// Adds the names of cookies and parameters to those that are looked for.
    pub fn add_name(&self, names: &mut ValueNames) {
        match self {
            Self::Cookie(name) | Self::EncodedCookie(name) => names.cookies.add(name.as_bytes()),
            Self::Query(name) => names.parameters.add(name.as_bytes()),
            Self::All(parts) => parts.iter().for_each(|part| part.add_name(names)),
            Self::Header(_)
            | Self::Property(_)
            | Self::SourceAddress(_)
            | Self::ForwardedFor(_)
            | Self::Host => {}
        }
    }

    fn of_all(
        parts: &[config::Key],
        environment: &dyn Environment,
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Option<Self> {
        if parts.len() < 2 {
            errors.add(at, "must hold two keys or more");
        }
        let mut sources = Vec::with_capacity(parts.len());
        for (index, part) in parts.iter().enumerate() {
            let at = at.index(index);
            if part.all.is_some() {
                errors.add(&at.key("all"), "cannot stand within another `all`");
            } else {
                sources.push(Self::new(part, environment, &at, errors)?);
            }
        }
        Some(Self::All(sources.into()))
    }

    /// The value that a request has here, unless it is to be ignored. Only a property and the
    /// source address ask the host.
    pub fn find<'a>(
        &self,
        request: &Request<'a>,
        values: &mut impl Values<'a>,
        ignored: &Ignored,
        host: &mut impl Host,
    ) -> Option<Cow<'a, [u8]>> {
        let value = match self {
            Self::Header(name) => {
                let line = request.single(name);
                if line.is_err() {
                    host.count(Counter::RepeatedKey);
                }
                line.unwrap_or_default().map(Cow::Borrowed)
            }
            Self::Cookie(name) => values.cookie(name.as_bytes()).map(Cow::Borrowed),
            Self::EncodedCookie(name) => {
                let value = values.cookie(name.as_bytes());
                value.map(|value| percent_decode(value).into())
            }
            Self::Query(name) => values.parameter(name.as_bytes()),
            Self::Property(path) => host.attribute(path).map(Cow::Owned),
            Self::SourceAddress(path) => {
                let address = host.attribute(path);
                address.map(|address| Cow::Owned(without_port(&address).to_vec()))
            }
            Self::ForwardedFor(place) => forwarded_for(request.headers, *place).map(Cow::Borrowed),
            Self::Host => request.host(),
            Self::All(parts) => join(parts, request, values, ignored, host).map(Cow::Owned),
        };
        value.filter(|value| !ignored.has(value))
    }
}

/// The source as an explanation names it.
impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header:{name}"),
            Self::Cookie(name) | Self::EncodedCookie(name) => write!(f, "cookie:{name}"),
            // Encoded, for a name may hold anything, also the end of a line.
            Self::Query(name) => {
                f.write_str("query:")?;
                form_urlencoded::byte_serialize(name.as_bytes())
                    .try_for_each(|part| f.write_str(part))
            }
            Self::Property(_) => f.write_str("property"),
            Self::SourceAddress(_) => f.write_str("source_address"),
            Self::ForwardedFor(_) => f.write_str("x_forwarded_for"),
            Self::Host => f.write_str("host"),
            Self::All(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    write!(f, "{}{part}", if index == 0 { "all(" } else { "," })?;
                }
                f.write_str(")")
            }
        }
    }
}

/// The values of all these sources with a zero byte between them; None if one of them has none.
#[inline(never)] // So that other keys do not pay for it.
fn join<'a>(
    parts: &[KeySource],
    request: &Request<'a>,
    values: &mut impl Values<'a>,
    ignored: &Ignored,
    host: &mut impl Host,
) -> Option<Vec<u8>> {
    let mut joined = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            joined.push(0);
        }
        joined.extend_from_slice(&part.find(request, values, ignored, host)?);
    }
    Some(joined)
}
