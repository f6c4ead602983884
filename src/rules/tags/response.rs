//! What the response of a stream has to carry.

use std::sync::Arc;

use super::EXPLAIN_HEADER;

use crate::host::Host;
use crate::variant::Variant;
use crate::wire::FirstPass;

/// What a response carries for the client; most carry nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Name of a header, and the variant that it tells.
    pub variant: Option<(Arc<str>, Variant)>,
    /// Value of a `set-cookie` header.
    pub set_cookie: Option<String>,
    /// Why it was decided so.
    pub explanation: Option<String>,
    /// What a second pass has to know of this one, if Envoy redirects the request internally.
    pub second_pass: Option<Box<FirstPass>>,
    /// Whether shared caches must not keep the response, because it is for this client alone.
    pub is_private: bool,
}

impl Response {
    /// Whether it carries nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { variant, set_cookie, explanation, second_pass, is_private } = self;
        variant.is_none()
            && set_cookie.is_none()
            && explanation.is_none()
            && second_pass.is_none()
            && !is_private
    }

    /// What is left of a response that never came, for a pass after an internal redirect.
    #[must_use]
    pub fn into_first_pass(self) -> FirstPass {
        let mut left = self.second_pass.map(|left| *left).unwrap_or_default();
        if let Some(set_cookie) = self.set_cookie {
            let cookie = set_cookie.split(';').next().unwrap_or_default();
            left.lines.push((b"cookie".to_vec(), cookie.as_bytes().to_vec()));
            left.set_cookie = Some(set_cookie);
        }
        left
    }

    /// Writes it to the response headers.
    #[inline(never)] // So that responses that carry nothing do not pay for it.
    pub fn write(&self, host: &mut impl Host) {
        if let Some((name, variant)) = &self.variant {
            host.set_response_header(name, variant.as_str());
        }
        if let Some(cookie) = &self.set_cookie {
            host.add_response_header("set-cookie", cookie);
        }
        if let Some(explanation) = &self.explanation {
            host.set_response_header(EXPLAIN_HEADER, explanation);
        }
        if self.is_private {
            // A further line is enough: with `private` in any a shared cache keeps nothing (RFC
            // 9111, section 3).
            host.add_response_header("cache-control", "private");
        }
    }
}
