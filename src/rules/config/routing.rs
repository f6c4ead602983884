//! The whole configuration, as written.

use serde::Deserialize;

use super::strict::{Keyword, non_null, non_null_object, non_null_objects, object};
use super::{Deployment, Explain, Guard, Mirror, Override, Rollback, Sticky, Tags, Trust};

/// The whole configuration of one filter, shared by all proxies of a mesh.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The model services; none send nobody to green. Required.
    #[serde(deserialize_with = "non_null_objects")]
    pub deployments: Option<Vec<Deployment>>,
    /// What holds for deployments that do not say otherwise.
    #[serde(deserialize_with = "object")]
    pub defaults: Defaults,
    /// Under which names a decision is written.
    #[serde(deserialize_with = "object")]
    pub tags: Tags,
    /// Where rollback flags are looked up.
    #[serde(deserialize_with = "object")]
    pub rollback: Rollback,
    /// Who may ask why a request was decided as it was. Default `never`.
    pub explain: Keyword<Explain>,
}

/// What holds for deployments that do not say otherwise, each as a whole.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    /// What keeps a user on one variant.
    #[serde(deserialize_with = "non_null_object")]
    pub sticky: Option<Sticky>,
    /// Who may choose a variant for one request.
    #[serde(rename = "override", deserialize_with = "non_null_object")]
    pub overrides: Option<Override>,
    /// Which of blue's requests green gets a copy of.
    #[serde(deserialize_with = "non_null_object")]
    pub mirror: Option<Mirror>,
    /// Whose variant tag is kept.
    #[serde(deserialize_with = "non_null")]
    pub trust_tags_from: Option<Trust>,
    /// What takes everybody back to blue when green fails more often than blue.
    #[serde(deserialize_with = "non_null")]
    pub guard: Option<Guard>,
}
