//! The targeting key: the value that identifies a user.

use std::borrow::Cow;
use std::fmt;

use crate::config::{self, ConfigErrors, Path, cookie_name, header_name};
use crate::host::{Environment, Host};
use crate::request::{Request, find_cookie};
use crate::wire::PropertyPath;

/// A place where a targeting key may be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// The first line of a header, its name in lower case.
    Header(Box<str>),
    /// The first cookie of a name.
    Cookie(Box<str>),
    /// The first parameter of a name in the query.
    Query(Box<str>),
    /// A property of the proxy.
    Property(PropertyPath),
    /// The client's address without its port.
    SourceAddress(PropertyPath),
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
        let config::Key { header, cookie, query, property, source_address } = config;
        match (header, cookie, query, property, source_address) {
            (Some(name), None, None, None, None) => {
                header_name(name, &at.key("header"), errors).map(Self::Header)
            }
            (None, Some(name), None, None, None) => {
                cookie_name(name, &at.key("cookie"), errors).map(Self::Cookie)
            }
            (None, None, Some(name), None, None) => {
                if name.is_empty() {
                    errors.add(&at.key("query"), "is empty");
                }
                Some(Self::Query(name.as_str().into()))
            }
            (None, None, None, Some(segments), None) => {
                let at = at.key("property");
                let segments = PropertyPath::segments(segments, &at, errors)?;
                attribute(&segments, &at, errors).map(Self::Property)
            }
            (None, None, None, None, Some(wanted)) => {
                let at = at.key("source_address");
                if !wanted {
                    errors.add(&at, "must be true or left out");
                }
                attribute(&["source", "address"], &at, errors).map(Self::SourceAddress)
            }
            _ => {
                let keys =
                    "exactly one of `header`, `cookie`, `query`, `property`, `source_address`";
                errors.required_keys(at, keys);
                None
            }
        }
    }

    /// The value that a request has here, unless it is empty. Only the last two ask the host.
    pub fn find<'a>(&self, request: &Request<'a>, host: &mut impl Host) -> Option<Cow<'a, [u8]>> {
        let value = match self {
            Self::Header(name) => request.first(name.as_bytes()).map(Cow::Borrowed),
            Self::Cookie(name) => find_cookie(request.headers, name.as_bytes()).map(Cow::Borrowed),
            Self::Query(name) => parameter(request.query(), name),
            Self::Property(path) => host.attribute(path).map(Cow::Owned),
            Self::SourceAddress(path) => {
                let address = host.attribute(path);
                address.map(|address| Cow::Owned(without_port(&address).to_vec()))
            }
        };
        value.filter(|value| !value.is_empty())
    }
}

/// The source as an explanation names it.
impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header:{name}"),
            Self::Cookie(name) => write!(f, "cookie:{name}"),
            // Encoded, for a name may hold anything, also the end of a line.
            Self::Query(name) => {
                f.write_str("query:")?;
                form_urlencoded::byte_serialize(name.as_bytes())
                    .try_for_each(|part| f.write_str(part))
            }
            Self::Property(_) => f.write_str("property"),
            Self::SourceAddress(_) => f.write_str("source_address"),
        }
    }
}

/// The first value of a parameter in a query of `application/x-www-form-urlencoded`.
fn parameter<'a>(query: &'a [u8], name: &str) -> Option<Cow<'a, [u8]>> {
    let (_, value) = form_urlencoded::parse(query).find(|(found, _)| found == name)?;
    Some(match value {
        Cow::Borrowed(value) => Cow::Borrowed(value.as_bytes()),
        Cow::Owned(value) => Cow::Owned(value.into_bytes()),
    })
}

/// `10.0.0.1` of `10.0.0.1:80`, `::1` of `[::1]:80`; what is no address with a port, as it is.
fn without_port(address: &[u8]) -> &[u8] {
    let Some(colon) = address.iter().rposition(|byte| *byte == b':') else { return address };
    let (host, port) = address.split_at_checked(colon).unwrap_or((address, &[]));
    match host {
        [b'[', host @ .., b']'] => host,
        host if host.contains(&b':') || !port.iter().skip(1).all(u8::is_ascii_digit) => address,
        host => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_loses_its_port_and_its_brackets() {
        for (address, bare) in [
            ("10.0.0.1:80", "10.0.0.1"),
            ("[::1]:80", "::1"),
            ("10.0.0.1", "10.0.0.1"),
            ("::1", "::1"),
            ("envoy://listener/x", "envoy://listener/x"),
            ("", ""),
            ("[", "["),
        ] {
            assert_eq!(without_port(address.as_bytes()), bare.as_bytes());
        }
    }

    #[test]
    fn the_first_parameter_of_a_name_is_decoded() {
        for (query, value) in [
            ("user=7", Some("7")),
            ("a=b&user=7&user=8", Some("7")),
            ("%75ser=a%20b+c", Some("a b c")),
            ("user=%zz%4", Some("%zz%4")),
            ("user", Some("")),
            ("User=7", None),
            ("", None),
        ] {
            let found = parameter(query.as_bytes(), "user");
            assert_eq!(found.as_deref(), value.map(str::as_bytes), "{query}");
        }
    }
}
