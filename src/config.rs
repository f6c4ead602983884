//! The routing configuration as written: JSON in `snake_case`, unknown keys refused.
//!
//! Nothing here is checked beyond its type, and whatever may be missing has a default;
//! [`crate::routing::Table`] is what has been validated.

use serde::Deserialize;
use serde_json::Number;

use crate::strict::{given, given_object, object, objects};

/// The whole configuration of one filter, shared by all proxies of a mesh.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The model services; at least one.
    #[serde(deserialize_with = "objects")]
    pub deployments: Vec<Deployment>,
    /// Under which names a decision is written.
    #[serde(deserialize_with = "object")]
    pub tags: Tags,
    /// Where rollback flags are looked up.
    #[serde(deserialize_with = "object")]
    pub rollback: Rollback,
}

/// One model service with a blue and a green variant.
#[derive(Debug, Default, Deserialize)]
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
    /// What keeps a user on one side. By default nothing does.
    #[serde(deserialize_with = "object")]
    pub sticky: Sticky,
    /// Whether everybody is on blue whatever the weight. Default false.
    pub rollback: bool,
}

/// Conditions on a request, all of which must hold.
#[derive(Debug, Default, Deserialize)]
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
}

/// Envoy's clusters of the two variants; both are required.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clusters {
    /// Cluster of the current variant.
    pub blue: String,
    /// Cluster of the new variant.
    pub green: String,
}

/// Where the targeting key is found and how it becomes a bucket.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sticky {
    /// Tried in order; the first with a non-empty value is the targeting key.
    pub keys: Vec<Key>,
    /// Deployments of one salt put a key into one bucket. Default: the deployment's name.
    #[serde(deserialize_with = "given")]
    pub salt: Option<String>,
    /// With no key found: issue a random id as a cookie. Off by default.
    #[serde(deserialize_with = "given_object")]
    pub issue_cookie: Option<IssueCookie>,
}

/// One place where a targeting key may be found.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", expecting = "an object with one key: header or cookie")]
pub enum Key {
    /// A request header.
    Header(String),
    /// A cookie.
    Cookie(String),
}

/// The cookie that carries an issued id.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IssueCookie {
    /// Name of the cookie. Default `bluegreen_id`.
    pub name: String,
    /// How long browsers keep it, as a duration. Default `30d`.
    pub max_age: String,
    /// Below which path it is sent. Default `/`.
    pub path: String,
    /// Whether it is sent over TLS only. Default true.
    pub secure: bool,
    /// Whether other sites' requests carry it. Default `lax`.
    pub same_site: SameSite,
}

impl Default for IssueCookie {
    fn default() -> Self {
        Self {
            name: "bluegreen_id".to_owned(),
            max_age: "30d".to_owned(),
            path: "/".to_owned(),
            secure: true,
            same_site: SameSite::Lax,
        }
    }
}

/// The `SameSite` attribute of a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", expecting = "strict, lax or none")]
pub enum SameSite {
    /// Sent with requests of the same site only.
    Strict,
    /// Also sent when a user follows a link from another site.
    Lax,
    /// Always sent; browsers demand `secure` with it.
    None,
}

/// Names of the tags; null switches one off.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tags {
    /// Request header that gets `blue` or `green`. Default `x-bluegreen-variant`.
    pub variant_header: Option<String>,
    /// Request header that gets the cluster. Default `x-bluegreen-cluster`.
    pub cluster_header: Option<String>,
    /// Response header that tells the client its variant. Off by default.
    pub response_header: Option<String>,
    /// Whether requests bound for blue are tagged. Default `write`.
    pub blue: BlueTags,
}

impl Default for Tags {
    fn default() -> Self {
        Self {
            variant_header: Some("x-bluegreen-variant".to_owned()),
            cluster_header: Some("x-bluegreen-cluster".to_owned()),
            response_header: None,
            blue: BlueTags::Write,
        }
    }
}

/// Whether requests bound for blue are tagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", expecting = "write or omit")]
pub enum BlueTags {
    /// Blue is tagged as green is.
    Write,
    /// Requests bound for blue carry no tag, which spares Envoy matching the route again.
    Omit,
}

/// Where rollback flags are looked up.
#[derive(Debug, Deserialize)]
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
            sources: vec![Source::VirtualHost, Source::Route],
        }
    }
}

/// An object of Envoy's configuration that carries metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(
    rename_all = "snake_case",
    expecting = "one of virtual_host, route, cluster, listener, node"
)]
pub enum Source {
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
}
