//! Names of the tags, as written.

use serde::Deserialize;

use crate::strict::{Keyword, optional_object};

/// Names of the tags; null switches one off.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Tags {
    /// Request header that gets `blue` or `green`. Default `x-bluegreen-variant`.
    pub variant_header: Option<String>,
    /// Request header that gets the cluster. Default `x-bluegreen-cluster`.
    pub cluster_header: Option<String>,
    /// Request header that gets green's cluster where green gets a copy. Default
    /// `x-bluegreen-mirror-cluster`.
    pub mirror_header: Option<String>,
    /// Request header that makes somebody else's weights sticky. Off by default.
    #[serde(deserialize_with = "optional_object")]
    pub bucket_header: Option<BucketHeader>,
    /// Filter state that gets `blue` or `green`, as `wasm.NAME`. Off by default.
    pub filter_state: Option<String>,
    /// Filter state that gets the whole decision for logs and traces, as `wasm.NAME`. Off by default.
    pub record: Option<String>,
    /// Response header that tells the client its variant. Off by default.
    pub response_header: Option<String>,
    /// Whether requests bound for blue are tagged. Default `write`.
    pub blue: Keyword<BlueTags>,
    /// What caches learn of answers with a cookie or an explanation. Default `private`.
    pub cache_control: Keyword<CacheControl>,
}

impl Default for Tags {
    fn default() -> Self {
        Self {
            variant_header: Some("x-bluegreen-variant".to_owned()),
            cluster_header: Some("x-bluegreen-cluster".to_owned()),
            mirror_header: Some("x-bluegreen-mirror-cluster".to_owned()),
            bucket_header: None,
            filter_state: None,
            record: None,
            response_header: None,
            blue: Keyword::Known(BlueTags::Write),
            cache_control: Keyword::Known(CacheControl::Private),
        }
    }
}

/// Whether requests bound for blue are tagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BlueTags {
    /// Blue is tagged as green is.
    Write,
    /// Neither variant nor cluster are written for blue, which spares Envoy matching the route
    /// again.
    Omit,
}

/// What caches learn of answers that are for one client alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CacheControl {
    /// `cache-control: private` is added, which beats what the upstream says (RFC 9111).
    Private,
    /// Nothing is added.
    Omit,
}

/// The header from which `weighted_clusters.header_name` takes its random value.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct BucketHeader {
    /// Name of the header. Default `x-bluegreen-bucket`.
    pub name: String,
    /// The total weight of the routes, 1 to 10,000. Default 100.
    pub buckets: u32,
    /// Where the routes list green. Default `first`.
    pub green: Keyword<GreenOrder>,
}

impl Default for BucketHeader {
    fn default() -> Self {
        Self {
            name: "x-bluegreen-bucket".to_owned(),
            buckets: 100,
            green: Keyword::Known(GreenOrder::First),
        }
    }
}

/// Where a route lists green among its weighted clusters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GreenOrder {
    /// Before blue.
    First,
    /// After blue, as Flagger does.
    Last,
}
