//! Values that may be written in more than one form: looked at as text first, and then read as
//! what they are.

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde_json::value::RawValue;

use super::read::{from_text, without_position};
use super::strict::Object;

/// What a value is, by its first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Object,
    List,
    /// A number, a boolean or null.
    Other,
}

/// One value or a list of them.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(untagged, inline))]
pub enum OneOrMany<T> {
    /// One.
    One(T),
    /// A list.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// The values in the order written; of a list each with its place.
    pub fn iter(&self) -> impl Iterator<Item = (Option<usize>, &T)> {
        let (one, many) = match self {
            Self::One(one) => (Some((None, one)), &[][..]),
            Self::Many(list) => (None, &list[..]),
        };
        let many = many.iter().enumerate().map(|(place, value)| (Some(place), value));
        one.into_iter().chain(many)
    }

    /// Whether it is a list of nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Many(list) if list.is_empty())
    }
}

impl<T: Default> Default for OneOrMany<T> {
    fn default() -> Self {
        Self::One(T::default())
    }
}

impl<'de> Deserialize<'de> for OneOrMany<String> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(json)?;
        match written.form() {
            Form::Text => written.read().map(Self::One),
            Form::List => written.read().map(Self::Many),
            _ => Err(expected("a string or a list of strings")),
        }
    }
}

/// A value as it is written.
pub(crate) struct Written(Box<RawValue>);

impl Written {
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(json).map(Self)
    }

    /// The text of the value.
    pub(crate) fn as_str(&self) -> &str {
        self.0.get()
    }

    pub(crate) fn form(&self) -> Form {
        match self.as_str().as_bytes().first() {
            Some(b'"') => Form::Text,
            Some(b'{') => Form::Object,
            Some(b'[') => Form::List,
            _ => Form::Other,
        }
    }

    pub(crate) fn read<T: DeserializeOwned, E: Error>(&self) -> Result<T, E> {
        from_text(self.as_str().as_bytes())
            .map_err(|error| E::custom(without_position(&error.to_string())))
    }

    /// By the same code as objects anywhere else, for it is large.
    pub(crate) fn read_object<T: DeserializeOwned, E: Error>(&self) -> Result<T, E> {
        self.read().map(|Object(read)| read)
    }

    pub(crate) fn read_objects<T: DeserializeOwned, E: Error>(&self) -> Result<Vec<T>, E> {
        let list: Vec<Object<T>> = self.read()?;
        Ok(list.into_iter().map(|object| object.0).collect())
    }
}

/// The error of a value that has none of the expected forms.
pub(crate) fn expected<E: Error>(what: &str) -> E {
    E::custom(format_args!("invalid type, expected {what}"))
}

/// A text or an object, whichever is there.
pub(crate) fn text_or_object<'de, T, O, R, D>(
    json: D,
    of_text: fn(T) -> R,
    of_object: fn(O) -> R,
) -> Result<R, D::Error>
where
    T: DeserializeOwned,
    O: DeserializeOwned,
    D: Deserializer<'de>,
{
    let written = Written::deserialize(json)?;
    match written.form() {
        Form::Text => written.read().map(of_text),
        Form::Object => written.read_object().map(of_object),
        Form::List | Form::Other => Err(expected("a text or an object")),
    }
}
