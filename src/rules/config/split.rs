//! The share of green, as written.

use serde::Deserialize;

use crate::Number;
use crate::strict::{Keyword, non_null, objects};

/// A weight that every proxy computes from the clock: 0 before the start, the last step's weight
/// for ever after.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Ramp {
    /// When it starts, RFC 3339. Required.
    pub start: String,
    /// At least one, later and later.
    #[serde(deserialize_with = "objects")]
    pub steps: Vec<Step>,
    /// What happens between two steps. Default `step`.
    pub shape: Keyword<Shape>,
}

/// A weight that a ramp reaches: one of `after` and `at`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// How long after the start, as a duration.
    #[serde(deserialize_with = "non_null")]
    pub after: Option<String>,
    /// When, RFC 3339, not before the start.
    #[serde(deserialize_with = "non_null")]
    pub at: Option<String>,
    /// Percentage of targeting keys on green, 0 to 100. Required.
    #[serde(deserialize_with = "non_null")]
    pub green_weight: Option<Number>,
}

/// What a ramp does between two steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// It stays at the weight of the last step.
    #[default]
    Step,
    /// It moves evenly from one step's weight to the next, the first time from 0 at the start.
    Linear,
}

/// Who holds the weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SplitBy {
    /// `green_weight` or `ramp`.
    #[default]
    Filter,
    /// Envoy's weighted clusters, by the bucket header.
    Route,
}

/// Which of blue's requests green gets a copy of: those of the users next in line.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Mirror {
    /// Percentage of targeting keys above the weight, 0 to 100. Required.
    #[serde(deserialize_with = "non_null")]
    pub percent: Option<Number>,
}
