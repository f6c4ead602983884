//! Where serde accepts more than a configuration may hold (null for what may be left out, a list for
//! an object), or stops where further errors could be reported.
//!
//! Unknown keys: see [`super::unknown_key`].

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IntoDeserializer, MapAccess, Visitor};

use crate::{ConfigErrors, Path};

/// One of the words that are known, or another text. A text that is not known is reported with the
/// other errors, not in place of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keyword<T> {
    /// A known word.
    Known(T),
    /// The text that is there instead, and what is known.
    Unknown(String, String),
}

impl<T: Copy> Keyword<T> {
    /// The word; None, and an error, if it is not known.
    pub fn known(&self, at: &Path, errors: &mut ConfigErrors) -> Option<T> {
        match self {
            Self::Known(word) => Some(*word),
            Self::Unknown(text, known) => {
                errors.invalid(at, text, format_args!("is not {known}"));
                None
            }
        }
    }
}

impl<T: Default> Default for Keyword<T> {
    fn default() -> Self {
        Self::Known(T::default())
    }
}

/// To a schema only the known words exist.
#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Keyword<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Keyword<T> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let text = String::deserialize(json)?;
        let word: Result<T, serde::de::value::Error> =
            T::deserialize(text.as_str().into_deserializer());
        Ok(match word {
            Ok(word) => Self::Known(word),
            Err(error) => Self::Unknown(text, known_words(&error)),
        })
    }
}

/// What serde says is known.
#[inline(never)] // One copy for all types.
fn known_words(error: &serde::de::value::Error) -> String {
    let message = error.to_string();
    // The text itself may say that it expects something.
    message.rsplit_once(", expected ").map_or("known", |(_, known)| known).to_owned()
}

/// A value that may be left out, but is not null where it is there.
pub(crate) fn non_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    json: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(json).map(Some)
}

/// An object.
pub(crate) fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    json: D,
) -> Result<T, D::Error> {
    Object::deserialize(json).map(|object| object.0)
}

/// An object that may be left out, but is not null where it is there.
pub(crate) fn non_null_object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    json: D,
) -> Result<Option<T>, D::Error> {
    object(json).map(Some)
}

/// An object or null.
pub(crate) fn optional_object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    json: D,
) -> Result<Option<T>, D::Error> {
    let object = Option::<Object<T>>::deserialize(json)?;
    Ok(object.map(|object| object.0))
}

/// An object or null, where leaving it out means something else than null.
#[expect(clippy::option_option, reason = "three cases")]
pub(crate) fn nullable_object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    json: D,
) -> Result<Option<Option<T>>, D::Error> {
    optional_object(json).map(Some)
}

/// A list of objects.
pub(crate) fn objects<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    json: D,
) -> Result<Vec<T>, D::Error> {
    let list = Vec::<Object<T>>::deserialize(json)?;
    Ok(list.into_iter().map(|object| object.0).collect())
}

/// A list of objects that may be left out, but is not null where it is there.
pub(crate) fn non_null_objects<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    json: D,
) -> Result<Option<Vec<T>>, D::Error> {
    objects(json).map(Some)
}

/// What was read from an object and from nothing else.
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    #[inline(never)] // One copy, whether the object may be null or left out.
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_map(ObjectVisitor(PhantomData)).map(Object)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, members: M) -> Result<T, M::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}
