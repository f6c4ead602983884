//! Numbers as they are written, with all their digits.

use std::fmt;

use serde::de::{Deserialize, Deserializer};

use super::either::{Written, expected};

/// The text of a JSON number. Read as text, for to serde an object may stand for a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(Box<str>);

impl Number {
    /// The number as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<u32> for Number {
    fn from(number: u32) -> Self {
        Self(number.to_string().into())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(json)?;
        match written.as_str().as_bytes() {
            [b'-' | b'0'..=b'9', ..] => Ok(Self(written.as_str().into())),
            _ => Err(expected("a JSON number")),
        }
    }
}

/// To a schema it is a number like others.
#[cfg(feature = "schema")]
impl schemars::JsonSchema for Number {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        f64::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        f64::json_schema(generator)
    }
}
