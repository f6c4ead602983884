//! A deployment, as written.

use serde::Deserialize;

use super::either::OneOrMany;
use super::guard::guard_or_null;
use super::strict::{Keyword, non_null, non_null_object, nullable_object, object};
use super::{Guard, Match, Mirror, Number, Override, Pins, Ramp, SplitBy, Sticky, Trust};

/// One model service with a blue and a green variant.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Deployment {
    /// 1 to 64 of `A-Za-z0-9._-`, unique. Required.
    pub name: String,
    /// Which requests are meant, or a list of which any is enough. All of them by default.
    #[serde(rename = "match")]
    pub matches: OneOrMany<Match>,
    /// Clusters written to the cluster header. By default only the variant is written.
    #[serde(deserialize_with = "non_null_object")]
    pub clusters: Option<Clusters>,
    /// Percentage of targeting keys on green, 0 to 100. Default 0.
    #[serde(deserialize_with = "non_null")]
    pub green_weight: Option<Number>,
    /// A weight that follows the clock, in place of `green_weight`.
    #[serde(deserialize_with = "non_null_object")]
    pub ramp: Option<Ramp>,
    /// Who holds the weight. Default `filter`.
    pub split_by: Keyword<SplitBy>,
    /// What keeps a user on one variant. By default nothing does.
    #[serde(deserialize_with = "non_null_object")]
    pub sticky: Option<Sticky>,
    /// Targeting keys that always get one variant.
    #[serde(deserialize_with = "object")]
    pub pins: Pins,
    /// Whether everybody is on blue whatever the weight. Default false.
    pub rollback: bool,
    /// Who may choose a variant for one request. Null switches a default off.
    #[serde(rename = "override", deserialize_with = "nullable_object")]
    pub overrides: Option<Option<Box<Override>>>,
    /// Which of blue's requests green gets a copy of. Null switches a default off.
    #[serde(deserialize_with = "nullable_object")]
    pub mirror: Option<Option<Mirror>>,
    /// Whose variant tag is kept. Default `never`.
    #[serde(deserialize_with = "non_null")]
    pub trust_tags_from: Option<Trust>,
    /// What takes everybody back to blue when green fails more often than blue. Null switches a
    /// default off.
    #[serde(deserialize_with = "guard_or_null")]
    pub guard: Option<Option<Box<Guard>>>,
    /// Equal for equal deployments under equal defaults; 0 where nothing is guarded.
    #[serde(skip)]
    pub fingerprint: u64,
}

/// Envoy's clusters of the two variants; both are required.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Clusters {
    /// Cluster of the current variant.
    pub blue: String,
    /// Cluster of the new variant.
    pub green: String,
}
