//! Names that HTTP allows for headers and cookies.

use crate::fault::{Faults, Path};

/// Whether a text is a token (RFC 9110, section 5.6.2).
#[must_use]
pub fn is_token(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(legal)
}

/// A header's name in lower case, as Envoy keeps it; None, and a fault, if it cannot be one.
pub fn header_name(text: &str, path: &Path, faults: &mut Faults) -> Option<Box<str>> {
    if !is_token(text) {
        faults.add_text(path, text, "cannot be the name of a header");
        return None;
    }
    Some(text.to_ascii_lowercase().into())
}
