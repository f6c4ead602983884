//! Which requests a deployment is meant for, as written.

use serde::Deserialize;

use super::strict::{non_null, objects};

/// Conditions on a request, all of which must hold.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Match {
    /// Exact hosts, or `*.suffix`. Any host by default.
    #[serde(deserialize_with = "non_null")]
    pub hosts: Option<Vec<String>>,
    /// The exact path, without the query.
    #[serde(deserialize_with = "non_null")]
    pub path: Option<String>,
    /// A prefix that ends at the end of the path, at `/` or at `:`.
    #[serde(deserialize_with = "non_null")]
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
    #[serde(deserialize_with = "non_null")]
    pub exact: Option<String>,
    /// How the value starts.
    #[serde(deserialize_with = "non_null")]
    pub prefix: Option<String>,
    /// Whether the header is there.
    #[serde(deserialize_with = "non_null")]
    pub present: Option<bool>,
}
