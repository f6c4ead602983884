//! The two environments of a deployment.

/// One of the two environments of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// The current one.
    Blue,
    /// The new one.
    Green,
}

impl Variant {
    /// The variant as tags write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Green => "green",
        }
    }

    /// Reads a variant as tags write it.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        match text {
            b"blue" => Some(Self::Blue),
            b"green" => Some(Self::Green),
            _ => None,
        }
    }
}
