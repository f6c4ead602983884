//! One decision as a text: what logs and traces keep of it, and how an explanation begins.

use std::fmt::Write;

use super::precedence::Decision;
use super::trace::Trace;
use crate::split::Weight;
use crate::variant::Variant;

impl Trace<'_> {
    /// The decision about a request of this deployment. The targeting key is not in it.
    #[must_use]
    pub fn record(&self, deployment: &str) -> String {
        let Decision { variant, reason } = self.decision;
        let mut text = format!(
            "deployment={deployment}; variant={}; reason={}; bucket=",
            variant.map_or("route", Variant::as_str),
            reason.as_str(),
        );
        let _ = match self.bucket() {
            Some(bucket) => write!(text, "{}", Weight::below(bucket)),
            None => write!(text, "none"),
        };
        text
    }
}
