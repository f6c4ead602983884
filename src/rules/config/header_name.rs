//! Names that HTTP allows for headers and cookies.

use crate::{ConfigErrors, Path};

/// Headers that the filter must not write or remove: those that belong to the connection or to the
/// framing of a message (RFC 9110, section 7.6.1), that carry credentials, or that tell where a
/// message comes from and where it goes.
pub const RESERVED: [&str; 33] = [
    "accept",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "grpc-timeout",
    "http2-settings",
    "keep-alive",
    "location",
    "origin",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "www-authenticate",
    "x-api-key",
    "x-forwarded-client-cert",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-request-id",
];

/// How headers start by which Envoy is told what to do with a request.
pub const RESERVED_PREFIX: &str = "x-envoy-";

/// Whether a text is a token (RFC 9110, section 5.6.2).
#[must_use]
pub fn is_token(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(legal)
}

/// A request header's name in lower case, as Envoy keeps it; None, and an error, if it cannot be one.
pub fn header_name(text: &str, at: &Path, errors: &mut ConfigErrors) -> Option<Box<str>> {
    let name = text.to_ascii_lowercase();
    if !is_token(text) {
        errors.invalid(at, text, "cannot be the name of a header");
        return None;
    }
    if name == "host" {
        errors.invalid(at, text, "is no header to Envoy: `match.hosts` is for hosts");
        return None;
    }
    Some(name.into())
}

/// The name of a header that the filter writes or takes off a request, likewise.
pub fn own_header_name(text: &str, at: &Path, errors: &mut ConfigErrors) -> Option<Box<str>> {
    let name = header_name(text, at, errors)?;
    if RESERVED.contains(&&*name) || name.starts_with(RESERVED_PREFIX) {
        errors.invalid(at, text, "has another meaning, which the filter would break");
        return None;
    }
    Some(name)
}

/// A cookie's name; None, and an error, if it cannot be one.
pub fn cookie_name(text: &str, at: &Path, errors: &mut ConfigErrors) -> Option<Box<str>> {
    if !is_token(text) {
        errors.invalid(at, text, "cannot be the name of a cookie");
        return None;
    }
    Some(text.into())
}
