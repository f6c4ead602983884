//! When green is taken back because its answers fail, as written.

use serde::Deserialize;

use crate::config::Number;
use crate::config::strict::{non_null, object};

/// Takes everybody back to blue when green fails more often than blue.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Guard {
    /// Which answers are failures.
    #[serde(deserialize_with = "object")]
    pub failures: Failures,
    /// By how many points of a percentage green may fail more often than blue, 0 to 90. Default 2.
    #[serde(deserialize_with = "non_null")]
    pub margin: Option<Number>,
    /// Percentage of failures up to which nothing is done, 0.1 to 90. Default 5.
    #[serde(deserialize_with = "non_null")]
    pub above: Option<Number>,
    /// How rarely green may be taken back although nothing is wrong.
    #[serde(deserialize_with = "object")]
    pub false_alarms: FalseAlarms,
    /// How long green stays away, as a duration, or `never`: until the configuration of the
    /// deployment changes. Default `never`.
    pub cooldown: String,
}

/// Which answers are failures: those that any of the members takes for one.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Failures {
    /// HTTP status codes: `503`, a class such as `5xx`, or a range such as `500-504`. Default
    /// `5xx`.
    pub status: Vec<String>,
    /// gRPC status codes, 1 to 16. Default: unknown (2), deadline exceeded (4), resource exhausted
    /// (8), internal (13), unavailable (14), data loss (15).
    pub grpc_status: Vec<Number>,
    /// A response header that marks a failure by being there. None by default.
    #[serde(deserialize_with = "non_null")]
    pub response_header: Option<String>,
    /// An answer is a failure if it has not begun after this duration. No limit by default.
    #[serde(deserialize_with = "non_null")]
    pub slower_than: Option<String>,
    /// How many times as long as blue's answers green's may take, 1.01 to 100. No limit by
    /// default.
    #[serde(deserialize_with = "non_null")]
    pub slower_than_blue: Option<Number>,
}

/// The probability of a false alarm, of one proxy.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct FalseAlarms {
    /// The highest probability, 1e-9 to 0.5. Default 0.001.
    #[serde(deserialize_with = "non_null")]
    pub at_most: Option<Number>,
    /// Within which time, as a duration. Default `30d`.
    pub within: String,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            failures: Failures::default(),
            margin: None,
            above: None,
            false_alarms: FalseAlarms::default(),
            cooldown: "never".to_owned(),
        }
    }
}

impl Default for Failures {
    fn default() -> Self {
        Self {
            status: vec!["5xx".to_owned()],
            grpc_status: [2, 4, 8, 13, 14, 15].map(Number::from).to_vec(),
            response_header: None,
            slower_than: None,
            slower_than_blue: None,
        }
    }
}

impl Default for FalseAlarms {
    fn default() -> Self {
        Self { at_most: None, within: "30d".to_owned() }
    }
}
