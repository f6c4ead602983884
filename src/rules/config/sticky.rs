//! What keeps a user on one variant, as written.

use serde::Deserialize;

use crate::config::strict::{Keyword, non_null, non_null_object, non_null_objects, objects};

/// Where the targeting key is found and how it becomes a bucket.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Sticky {
    /// Tried in order; the first with a non-empty value is the targeting key.
    #[serde(deserialize_with = "objects")]
    pub keys: Vec<Key>,
    /// Values that are no targeting key, because many users have them, such as `anonymous`.
    pub ignore: Vec<String>,
    /// Deployments of one salt put a key into one bucket. Default: the deployment's name.
    #[serde(deserialize_with = "non_null")]
    pub salt: Option<String>,
    /// The same from a variable of the VM's environment, for a salt that nobody may know.
    #[serde(deserialize_with = "non_null")]
    pub salt_env: Option<String>,
    /// Keeps the weight of its birth for a session whose key carries that. Off by default.
    #[serde(deserialize_with = "non_null_object")]
    pub sessions: Option<Sessions>,
    /// With no key found: issue a random id as a cookie. Off by default.
    #[serde(deserialize_with = "non_null_object")]
    pub issue_cookie: Option<IssueCookie>,
}

/// One place where a targeting key may be found: one of the members, and `decode` beside `cookie`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Key {
    /// A request header that comes in one line.
    #[serde(deserialize_with = "non_null")]
    pub header: Option<String>,
    /// The first cookie of this name.
    #[serde(deserialize_with = "non_null")]
    pub cookie: Option<String>,
    /// How the value of the cookie is encoded. As it stands by default.
    #[serde(deserialize_with = "non_null")]
    pub decode: Option<Keyword<Decode>>,
    /// The first parameter of this name in the query.
    #[serde(deserialize_with = "non_null")]
    pub query: Option<String>,
    /// A property of the proxy by its path, such as a claim of a verified JWT.
    #[serde(deserialize_with = "non_null")]
    pub property: Option<Vec<String>>,
    /// The client's address without its port; always true.
    #[serde(deserialize_with = "non_null")]
    pub source_address: Option<bool>,
    /// An entry of `x-forwarded-for` without its port, counted from the right: 1 is the last.
    #[serde(deserialize_with = "non_null")]
    pub x_forwarded_for: Option<u32>,
    /// The host without port, case and trailing dot; always true.
    #[serde(deserialize_with = "non_null")]
    pub host: Option<bool>,
    /// Several keys, all of which must be there: together they are one.
    #[serde(deserialize_with = "non_null_objects")]
    pub all: Option<Vec<Key>>,
}

/// How the value of a cookie is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Decode {
    /// `%40` stands for `@` (RFC 3986, section 2.1).
    Percent,
}

/// Sessions that keep the weight of their birth.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// How the targeting key carries the time of birth. Required.
    #[serde(deserialize_with = "non_null")]
    pub born: Option<Keyword<Born>>,
}

/// How a key carries the time at which its session began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Born {
    /// As a `UUIDv7` (RFC 9562, section 5.7).
    UuidV7,
    /// As a ULID, or as a `UUIDv7`.
    Ulid,
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
#[expect(clippy::struct_excessive_bools, reason = "attributes of a cookie are there or not")]
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct IssueCookie {
    /// Whose requests without a key get one id. Default `request`.
    pub per: Keyword<Per>,
    /// Name of the cookie. Default `bluegreen_id`.
    pub name: String,
    /// How long browsers keep it: a duration, or `session` for as long as they run. Default `30d`.
    pub max_age: String,
    /// Whether it is set again when half of `max_age` has passed. Default false.
    pub refresh: bool,
    /// Below which path it is sent. Default `/`.
    pub path: String,
    /// The host that gets it with all hosts below. By default the request's host alone gets it.
    #[serde(deserialize_with = "non_null")]
    pub domain: Option<String>,
    /// Whether it is sent over TLS only. Default true.
    pub secure: bool,
    /// Whether scripts cannot read it. Default true.
    pub http_only: bool,
    /// Whether other sites' requests carry it. Default `lax`.
    pub same_site: Keyword<SameSite>,
    /// Whether a frame in another site has a cookie of its own. Default false.
    pub partitioned: bool,
}

impl Default for IssueCookie {
    fn default() -> Self {
        Self {
            per: Keyword::Known(Per::Request),
            name: "bluegreen_id".to_owned(),
            max_age: "30d".to_owned(),
            refresh: false,
            path: "/".to_owned(),
            domain: None,
            secure: true,
            http_only: true,
            same_site: Keyword::Known(SameSite::Lax),
            partitioned: false,
        }
    }
}

/// Whose requests without a key get one id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Each request an id of its own.
    Request,
    /// All requests of a client's connection the same one.
    Connection,
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
