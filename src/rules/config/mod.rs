//! The routing configuration as written: JSON in `snake_case`, unknown keys refused.
//!
//! Nothing here is checked beyond its type, and whatever may be missing has a default;
//! [`crate::table::Table`] is what has been validated.

mod error;
mod guard;
mod header_name;
mod name;
mod permissions;
pub mod read;
mod rollback;
mod split;
mod sticky;
pub mod strict;
mod tags;

use serde::Deserialize;
use serde_json::Number;

use crate::config::strict::{Word, given, given_object, nullable_object, object, objects};
pub use error::{Fault, Faults, Path, shortened};
pub use guard::{Failures, FalseAlarms, Guard};
pub use header_name::{RESERVED, cookie_name, header_name, is_token, own_header_name};
pub use name::{NOT_A_NAME, is_name};
pub use permissions::{Allow, Explain, Override, SigningKey, Trust, TrustWord, TrustedPeer};
pub use rollback::{Owner, Rollback, Source, SourcePath};
pub use split::{Mirror, Ramp, Shape, SplitBy, Step};
pub use sticky::{IssueCookie, Key, Pins, SameSite, Sticky};
pub use tags::{BlueTags, BucketHeader, End, Tags};

/// The whole configuration of one filter, shared by all proxies of a mesh.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The model services; at least one.
    #[serde(deserialize_with = "objects")]
    pub deployments: Vec<Deployment>,
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
    pub explain: Word<Explain>,
}

/// One model service with a blue and a green variant.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Deployment {
    /// 1 to 64 of `A-Za-z0-9._-`, unique. Required.
    pub name: String,
    /// Which requests are meant. All of them by default.
    #[serde(rename = "match", deserialize_with = "object")]
    pub matches: Match,
    /// Clusters written to the cluster header. By default only the variant is written.
    #[serde(deserialize_with = "given_object")]
    pub clusters: Option<Clusters>,
    /// Percentage of targeting keys on green, 0 to 100. Default 0.
    #[serde(deserialize_with = "given")]
    pub green_weight: Option<Number>,
    /// A weight that follows the clock, in place of `green_weight`.
    #[serde(deserialize_with = "given_object")]
    pub ramp: Option<Ramp>,
    /// Who holds the weight. Default `filter`.
    pub split_by: Word<SplitBy>,
    /// What keeps a user on one side. By default nothing does.
    #[serde(deserialize_with = "given_object")]
    pub sticky: Option<Sticky>,
    /// Targeting keys that always get one side.
    #[serde(deserialize_with = "object")]
    pub pins: Pins,
    /// Whether everybody is on blue whatever the weight. Default false.
    pub rollback: bool,
    /// Who may choose a side for one request. Null switches a default off.
    #[serde(rename = "override", deserialize_with = "nullable_object")]
    pub overrides: Option<Option<Override>>,
    /// Which of blue's requests green gets a copy of. Null switches a default off.
    #[serde(deserialize_with = "nullable_object")]
    pub mirror: Option<Option<Mirror>>,
    /// Whose variant tag is kept. Default `never`.
    #[serde(deserialize_with = "given")]
    pub trust_upstream_tags: Option<Trust>,
}

/// What holds for deployments that do not say otherwise, each as a whole.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    /// What keeps a user on one side.
    #[serde(deserialize_with = "given_object")]
    pub sticky: Option<Sticky>,
    /// Who may choose a side for one request.
    #[serde(rename = "override", deserialize_with = "given_object")]
    pub overrides: Option<Override>,
    /// Which of blue's requests green gets a copy of.
    #[serde(deserialize_with = "given_object")]
    pub mirror: Option<Mirror>,
    /// Whose variant tag is kept.
    #[serde(deserialize_with = "given")]
    pub trust_upstream_tags: Option<Trust>,
}

/// Conditions on a request, all of which must hold.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Match {
    /// Exact hosts, or `*.suffix`. Any host by default.
    #[serde(deserialize_with = "given")]
    pub hosts: Option<Vec<String>>,
    /// The exact path, without the query.
    #[serde(deserialize_with = "given")]
    pub path: Option<String>,
    /// A prefix that ends at the end of the path, at `/` or at `:`.
    #[serde(deserialize_with = "given")]
    pub path_prefix: Option<String>,
    /// Conditions on headers, all of which must hold.
    #[serde(deserialize_with = "objects")]
    pub headers: Vec<HeaderMatch>,
}

/// A condition on the first line of a header: one of `exact`, `prefix` and `present`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct HeaderMatch {
    /// Name of the header, in any case. Required.
    pub name: String,
    /// The whole value.
    #[serde(deserialize_with = "given")]
    pub exact: Option<String>,
    /// How the value starts.
    #[serde(deserialize_with = "given")]
    pub prefix: Option<String>,
    /// Whether the header is there.
    #[serde(deserialize_with = "given")]
    pub present: Option<bool>,
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
