//! Which requests a deployment is meant for, as written.

use serde::{Deserialize, Deserializer};

use super::either::{Form, OneOrMany, Written, expected};
use super::strict::{non_null, objects};

/// What a request must have, all of it.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Match {
    /// Exact hosts, or `*.suffix`, any of them. Any host by default.
    #[serde(deserialize_with = "non_null")]
    pub hosts: Option<Vec<String>>,
    /// Exact paths, without the query, any of them.
    #[serde(deserialize_with = "non_null")]
    pub path: Option<OneOrMany<String>>,
    /// Prefixes that end at the end of the path, at `/`, `:` or `;`, any of them.
    #[serde(deserialize_with = "non_null")]
    pub path_prefix: Option<OneOrMany<String>>,
    /// Methods, any of them. Any method by default.
    #[serde(deserialize_with = "non_null")]
    pub methods: Option<Vec<String>>,
    /// Conditions on headers, all of which must hold.
    #[serde(deserialize_with = "objects")]
    pub headers: Vec<Condition>,
    /// Conditions on parameters of the query, all of which must hold.
    #[serde(deserialize_with = "objects")]
    pub query: Vec<Condition>,
    /// Conditions on cookies, all of which must hold.
    #[serde(deserialize_with = "objects")]
    pub cookies: Vec<Condition>,
}

/// A condition on what has a name: one of `exact`, `one_of`, `prefix`, `suffix` and `present`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Condition {
    /// Name of the header (in any case), of the parameter or of the cookie. Required.
    pub name: String,
    /// The whole value.
    #[serde(deserialize_with = "non_null")]
    pub exact: Option<String>,
    /// The whole value is one of these.
    #[serde(deserialize_with = "non_null")]
    pub one_of: Option<Vec<String>>,
    /// How the value starts.
    #[serde(deserialize_with = "non_null")]
    pub prefix: Option<String>,
    /// How the value ends.
    #[serde(deserialize_with = "non_null")]
    pub suffix: Option<String>,
    /// Whether it is there.
    #[serde(deserialize_with = "non_null")]
    pub present: Option<bool>,
    /// Whether the condition holds where it otherwise would not. Default false.
    pub not: bool,
    /// Whether `A` to `Z` are as good as `a` to `z`. Default false.
    pub ignore_case: bool,
}

impl<'de> Deserialize<'de> for OneOrMany<Match> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(json)?;
        match written.form() {
            Form::Object => written.read_object().map(Self::One),
            Form::List => written.read_objects().map(Self::Many),
            Form::Text | Form::Other => Err(expected("an object or a list of objects")),
        }
    }
}
