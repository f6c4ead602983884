//! An explanation of one decision, for who may ask.

use std::fmt::Write;

use crate::config::Explain;
use crate::decision::{Decision, Variant};
use crate::request::Request;
use crate::split::Bucket;
use crate::split::Weight;
use crate::sticky::KeySource;

/// The header that asks, and on the response the header that answers.
pub const HEADER: &str = "x-bluegreen-explain";

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

/// What a decision was made of.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Name of the deployment.
    pub deployment: &'a str,
    /// What was decided.
    pub decision: Decision,
    /// The bucket, where one was looked at.
    pub bucket: Option<Bucket>,
    /// The weight in force; None if it was not looked at, or if Envoy's route holds it and no cap
    /// is below it.
    pub weight: Option<Weight>,
    /// Where the targeting key was found. The key itself is told to nobody.
    pub source: Option<&'a KeySource>,
    /// Whether an id was issued for a key.
    pub is_issued: bool,
}

impl Facts<'_> {
    /// The explanation, one line.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Decision { variant, reason } = self.decision;
        let mut text = format!(
            "deployment={}; variant={}; reason={}; bucket=",
            self.deployment,
            variant.map_or("route", Variant::as_str),
            reason.as_str(),
        );
        let _ = match self.bucket {
            Some(bucket) => write!(text, "{}", Weight::below(bucket)),
            None => write!(text, "none"),
        };
        let _ = match self.weight {
            Some(weight) => write!(text, "; weight={weight}; key="),
            None if self.bucket.is_some() => write!(text, "; weight=route; key="),
            None => write!(text, "; weight=none; key="),
        };
        let _ = match self.source {
            Some(source) => write!(text, "{source}"),
            None if self.is_issued => write!(text, "issued"),
            None => write!(text, "none"),
        };
        text
    }
}
