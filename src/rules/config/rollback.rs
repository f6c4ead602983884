//! Where rollback flags are looked up, as written.

use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::config::either::text_or_object;
use crate::config::strict::{Keyword, non_null};

/// Where rollback flags are looked up.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Rollback {
    /// Namespace of the filter metadata. Default `bluegreen`.
    pub namespace: String,
    /// Whose metadata is read; a flag in any of them suffices.
    pub sources: Vec<Source>,
}

impl Default for Rollback {
    fn default() -> Self {
        Self {
            namespace: "bluegreen".to_owned(),
            sources: vec![
                Source::Namespace(Keyword::Known(MetadataSource::VirtualHost)),
                Source::Namespace(Keyword::Known(MetadataSource::Route)),
            ],
        }
    }
}

/// Where a rollback flag may be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(untagged))]
pub enum Source {
    /// Under `rollback` in the namespace of the metadata of this source.
    Namespace(Keyword<MetadataSource>),
    /// Anywhere in the metadata of a source.
    Path(SourcePath),
}

/// A flag at any place of the metadata of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct SourcePath {
    /// Whose metadata. Required.
    #[serde(rename = "in", deserialize_with = "non_null")]
    pub source: Option<Keyword<MetadataSource>>,
    /// Namespace and keys that lead to the flag; an element of a list by its number as text. Required.
    pub path: Vec<String>,
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        text_or_object(json, Self::Namespace, Self::Path)
    }
}

/// An object of Envoy's configuration that has metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MetadataSource {
    /// `config.route.v3.VirtualHost.metadata`
    VirtualHost,
    /// `config.route.v3.Route.metadata`
    Route,
    /// `config.cluster.v3.Cluster.metadata`, of the cluster that the untagged request would get.
    Cluster,
    /// `config.listener.v3.Listener.metadata`
    Listener,
    /// `config.core.v3.Node.metadata`; fixed while a proxy runs.
    Node,
    /// `typed_per_filter_config` of a virtual host or a route for this filter, the most specific
    /// one alone: an object of namespaces as in `filter_metadata`. Dynamic module only.
    PerFilterConfig,
    /// Filter state of the namespace's name: a text that holds a JSON object, as the
    /// filter `set_filter_state` makes of metadata. Dynamic module only.
    FilterState,
}

/// The word of the configuration.
impl fmt::Display for MetadataSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::VirtualHost => "virtual_host",
            Self::Route => "route",
            Self::Cluster => "cluster",
            Self::Listener => "listener",
            Self::Node => "node",
            Self::PerFilterConfig => "per_filter_config",
            Self::FilterState => "filter_state",
        })
    }
}
