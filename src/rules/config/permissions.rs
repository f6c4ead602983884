//! Who may choose a variant, or ask for reasons, as written.

use serde::{Deserialize, Deserializer};

use crate::either::text_or_object;
use crate::strict::{Keyword, non_null, objects};

/// Who may choose a variant for one request: at least one of `allow` and `keys`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Override {
    /// The request header. Default `x-bluegreen-override`.
    #[serde(deserialize_with = "non_null")]
    pub header: Option<String>,
    /// A cookie that may bring the same value, with its escapes (`%3B`). By default none.
    #[serde(deserialize_with = "non_null")]
    pub cookie: Option<String>,
    /// Whose plain `blue` or `green` is accepted. By default nobody's.
    #[serde(deserialize_with = "non_null")]
    pub allow: Option<Keyword<Allow>>,
    /// Keys whose signatures are accepted.
    #[serde(deserialize_with = "objects")]
    pub keys: Vec<SigningKey>,
    /// Longest time that a signed override may still be valid for, as a duration. Default `24h`.
    #[serde(deserialize_with = "non_null")]
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
    #[serde(deserialize_with = "non_null")]
    pub secret_env: Option<String>,
    /// The secret itself in base64.
    #[serde(deserialize_with = "non_null")]
    pub secret_base64: Option<String>,
}

/// Whose variant tag is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(untagged))]
pub enum Trust {
    /// As the word says.
    Keyword(Keyword<TrustKeyword>),
    /// That of peers whose certificate has a URI that starts so.
    Peer(TrustedPeer),
}

/// Whose variant tag is kept, by a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TrustKeyword {
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
        text_or_object(json, Self::Keyword, Self::Peer)
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
