//! Names that HTTP allows for headers and cookies.

use crate::fault::{Faults, Path};

/// Whether a text is a token (RFC 9110, section 5.6.2).
#[must_use]
pub fn is_token(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(legal)
}

/// A request header's name in lower case, as Envoy keeps it; None, and a fault, if it cannot be one.
pub fn header_name(text: &str, at: &Path, faults: &mut Faults) -> Option<Box<str>> {
    let name = text.to_ascii_lowercase();
    if !is_token(text) {
        faults.add_text(at, text, "cannot be the name of a header");
        return None;
    }
    if name == "host" {
        faults.add_text(at, text, "is no header to Envoy: `match.hosts` is for hosts");
        return None;
    }
    Some(name.into())
}

/// A cookie's name; None, and a fault, if it cannot be one.
pub fn cookie_name(text: &str, at: &Path, faults: &mut Faults) -> Option<Box<str>> {
    if !is_token(text) {
        faults.add_text(at, text, "cannot be the name of a cookie");
        return None;
    }
    Some(text.into())
}
