//! What keeps a user on one variant, as written.

use serde::Deserialize;

use crate::config::strict::{Keyword, non_null, non_null_object, objects};

/// Where the targeting key is found and how it becomes a bucket.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Sticky {
    /// Tried in order; the first with a non-empty value is the targeting key.
    #[serde(deserialize_with = "objects")]
    pub keys: Vec<Key>,
    /// Deployments of one salt put a key into one bucket. Default: the deployment's name.
    #[serde(deserialize_with = "non_null")]
    pub salt: Option<String>,
    /// With no key found: issue a random id as a cookie. Off by default.
    #[serde(deserialize_with = "non_null_object")]
    pub issue_cookie: Option<IssueCookie>,
}

/// One place where a targeting key may be found: exactly one of the members.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Key {
    /// The first line of a request header.
    #[serde(deserialize_with = "non_null")]
    pub header: Option<String>,
    /// The first cookie of this name.
    #[serde(deserialize_with = "non_null")]
    pub cookie: Option<String>,
    /// The first parameter of this name in the query.
    #[serde(deserialize_with = "non_null")]
    pub query: Option<String>,
    /// A property of the proxy by its path, such as a claim of a verified JWT.
    #[serde(deserialize_with = "non_null")]
    pub property: Option<Vec<String>>,
    /// The client's address without its port; always true.
    #[serde(deserialize_with = "non_null")]
    pub source_address: Option<bool>,
}

/// Targeting keys that always get one variant.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Pins {
    /// Always on blue.
    pub blue: Vec<String>,
    /// Always on green, unless it is rolled back.
    pub green: Vec<String>,
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
    pub same_site: Keyword<SameSite>,
}

impl Default for IssueCookie {
    fn default() -> Self {
        Self {
            name: "bluegreen_id".to_owned(),
            max_age: "30d".to_owned(),
            path: "/".to_owned(),
            secure: true,
            same_site: Keyword::Known(SameSite::Lax),
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
