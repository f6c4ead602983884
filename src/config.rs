//! The routing configuration as written: JSON in `snake_case`, unknown keys refused.
//!
//! Nothing here is checked beyond its type, and whatever may be missing has a default;
//! [`crate::routing::Table`] is what has been validated.

use serde::{Deserialize, Deserializer};
use serde_json::Number;

use crate::strict::{
    Word, given, given_object, nullable_object, object, objects, optional_object, text_or_object,
};

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

/// Where the targeting key is found and how it becomes a bucket.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Sticky {
    /// Tried in order; the first with a non-empty value is the targeting key.
    #[serde(deserialize_with = "objects")]
    pub keys: Vec<Key>,
    /// Deployments of one salt put a key into one bucket. Default: the deployment's name.
    #[serde(deserialize_with = "given")]
    pub salt: Option<String>,
    /// With no key found: issue a random id as a cookie. Off by default.
    #[serde(deserialize_with = "given_object")]
    pub issue_cookie: Option<IssueCookie>,
}

/// One place where a targeting key may be found: exactly one of the members.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Key {
    /// The first line of a request header.
    #[serde(deserialize_with = "given")]
    pub header: Option<String>,
    /// The first cookie of this name.
    #[serde(deserialize_with = "given")]
    pub cookie: Option<String>,
    /// The first parameter of this name in the query.
    #[serde(deserialize_with = "given")]
    pub query: Option<String>,
    /// A property of the proxy by its path, such as a claim of a verified JWT.
    #[serde(deserialize_with = "given")]
    pub property: Option<Vec<String>>,
    /// The client's address without its port; always true.
    #[serde(deserialize_with = "given")]
    pub source_address: Option<bool>,
}

/// Targeting keys that always get one side.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Pins {
    /// Always on blue.
    pub blue: Vec<String>,
    /// Always on green, unless it is rolled back.
    pub green: Vec<String>,
}

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
    pub shape: Word<Shape>,
}

/// A weight that a ramp reaches.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// How long after the start, as a duration. Required.
    pub after: String,
    /// Percentage of targeting keys on green, 0 to 100. Required.
    #[serde(deserialize_with = "given")]
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

/// Who may choose a side for one request: at least one of `allow` and `keys`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Override {
    /// The request header. Default `x-bluegreen-override`.
    #[serde(deserialize_with = "given")]
    pub header: Option<String>,
    /// Whose plain `blue` or `green` is accepted. By default nobody's.
    #[serde(deserialize_with = "given")]
    pub allow: Option<Word<Allow>>,
    /// Keys whose signatures are accepted.
    #[serde(deserialize_with = "objects")]
    pub keys: Vec<SigningKey>,
    /// Longest time that a signed override may still be valid for, as a duration. Default `24h`.
    #[serde(deserialize_with = "given")]
    pub max_age: Option<String>,
    /// Whether an accepted override is sent on. Default false.
    pub forward: bool,
}

/// Whose plain override is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Allow {
    /// Every client's.
    Anyone,
    /// That of requests that Envoy marked as internal (`x-envoy-internal: true`).
    Internal,
}

/// A key for HMAC-SHA-256: one of `secret_env` and `secret_base64`, at least 16 bytes.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct SigningKey {
    /// What `kid` names, 1 to 64 of `A-Za-z0-9._-`. Required.
    pub id: String,
    /// A variable of the VM's environment that holds the secret.
    #[serde(deserialize_with = "given")]
    pub secret_env: Option<String>,
    /// The secret itself in base64.
    #[serde(deserialize_with = "given")]
    pub secret_base64: Option<String>,
}

/// Which of blue's requests green gets a copy of: those of the users next in line.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Mirror {
    /// Percentage of targeting keys above the weight, 0 to 100. Required.
    #[serde(deserialize_with = "given")]
    pub percent: Option<Number>,
}

/// Whose variant tag is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(untagged))]
pub enum Trust {
    /// As the word says.
    Word(Word<TrustWord>),
    /// That of peers whose certificate has a URI that starts so.
    Peer(TrustedPeer),
}

/// Whose variant tag is kept, by a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TrustWord {
    /// Nobody's.
    Never,
    /// That of requests that Envoy marked as internal (`x-envoy-internal: true`).
    Internal,
}

/// Peers that are trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct TrustedPeer {
    /// How the first URI of the peer's certificate starts. Required.
    pub peer_prefix: String,
}

impl<'de> Deserialize<'de> for Trust {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        text_or_object(json, Self::Word, Self::Peer, "a text or an object")
    }
}

/// Who may ask why a request was decided as it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Explain {
    /// Nobody.
    #[default]
    Never,
    /// Requests that come with an override that is accepted.
    Override,
    /// These, and requests that Envoy marked as internal (`x-envoy-internal: true`).
    Internal,
}

/// The cookie that carries an issued id.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    pub same_site: Word<SameSite>,
}

impl Default for IssueCookie {
    fn default() -> Self {
        Self {
            name: "bluegreen_id".to_owned(),
            max_age: "30d".to_owned(),
            path: "/".to_owned(),
            secure: true,
            same_site: Word::Known(SameSite::Lax),
        }
    }
}

/// The `SameSite` attribute of a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
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
    /// Response header that tells the client its variant. Off by default.
    pub response_header: Option<String>,
    /// Whether requests bound for blue are tagged. Default `write`.
    pub blue: Word<BlueTags>,
}

impl Default for Tags {
    fn default() -> Self {
        Self {
            variant_header: Some("x-bluegreen-variant".to_owned()),
            cluster_header: Some("x-bluegreen-cluster".to_owned()),
            mirror_header: Some("x-bluegreen-mirror-cluster".to_owned()),
            bucket_header: None,
            filter_state: None,
            response_header: None,
            blue: Word::Known(BlueTags::Write),
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
    pub green: Word<End>,
}

impl Default for BucketHeader {
    fn default() -> Self {
        Self { name: "x-bluegreen-bucket".to_owned(), buckets: 100, green: Word::Known(End::First) }
    }
}

/// Where a route lists green among its weighted clusters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Before blue.
    First,
    /// After blue, as Flagger does.
    Last,
}

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
                Source::Namespace(Word::Known(Owner::VirtualHost)),
                Source::Namespace(Word::Known(Owner::Route)),
            ],
        }
    }
}

/// Where a rollback flag may be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(untagged))]
pub enum Source {
    /// Under `rollback` in the namespace of this owner's metadata.
    Namespace(Word<Owner>),
    /// Anywhere in an owner's metadata.
    Path(SourcePath),
}

/// A flag at any place of an owner's metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct SourcePath {
    /// Whose metadata. Required.
    #[serde(rename = "in", deserialize_with = "given")]
    pub owner: Option<Word<Owner>>,
    /// Namespace and keys that lead to the flag; an element of a list by its number as text. Required.
    pub path: Vec<String>,
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        text_or_object(json, Self::Namespace, Self::Path, "a text or an object")
    }
}

/// An object of Envoy's configuration that has metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Owner {
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
