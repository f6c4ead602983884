//! Values of filter metadata, as their host tells them apart.

use super::pairs::Pairs;

/// A value of filter metadata.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// A boolean.
    Bool(bool),
    /// A finite number or not: metadata may hold any.
    Number(f64),
    /// A text, possibly empty.
    Text(&'a str),
    /// A list of texts.
    List(Texts<'a>),
    /// A struct, or a list of other values than texts.
    Struct,
    /// What the host cannot read, such as a null.
    Unreadable,
}

/// The texts of a list, in place: the names of these pairs. Whoever looks at them sees whether
/// they are UTF-8.
#[derive(Clone, Copy, Debug, Default)]
pub struct Texts<'a>(Pairs<'a>);

impl<'a> Texts<'a> {
    /// The names of these pairs.
    #[must_use]
    pub fn new(names: Pairs<'a>) -> Self {
        Self(names)
    }

    /// The texts, in their order.
    pub fn iter(self) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().map(|(name, _)| name)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}
