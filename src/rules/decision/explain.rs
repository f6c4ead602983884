//! The explanation of one decision, for who may ask for it.

use std::fmt::Write;

use super::trace::Trace;
use crate::config::Explain;
use crate::request::Request;

/// Whether a request asks for an explanation and may have one.
#[must_use]
pub fn is_due(allowed: Explain, request: &Request<'_>, is_overridden: bool) -> bool {
    request.why == Some(b"1")
        && match allowed {
            Explain::Never => false,
            Explain::Override => is_overridden,
            Explain::Internal => is_overridden || request.is_internal(),
        }
}

impl Trace<'_> {
    /// The explanation, one line. The targeting key is never in it.
    #[must_use]
    pub fn explain(&self, deployment: &str) -> String {
        let mut text = self.record(deployment);
        let _ = match self.weight {
            Some(weight) => write!(text, "; weight={weight}; key="),
            None if self.bucket().is_some() => write!(text, "; weight=route; key="),
            None => write!(text, "; weight=none; key="),
        };
        let assignment = self.assignment.as_ref();
        let _ = match assignment.and_then(|assigned| assigned.source) {
            Some(source) => write!(text, "{source}"),
            None if assignment.is_some_and(|assigned| assigned.set_cookie.is_some()) => {
                write!(text, "issued")
            }
            None => write!(text, "none"),
        };
        text
    }
}
