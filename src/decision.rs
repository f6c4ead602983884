//! Blue or green, and why: the order of precedence. The first that applies decides.

use crate::sticky::Draw;
use crate::weight::Weight;

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
}

/// What a decision was made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Green was taken back, by configuration or by a flag.
    Rollback,
    /// The bucket of a targeting key lies below the weight, or it does not.
    Weight,
    /// As by weight, but of a bucket drawn for this request alone.
    Random,
}

impl Reason {
    /// The reason code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rollback => "rollback",
            Self::Weight => "weight",
            Self::Random => "random",
        }
    }
}

/// Which variant serves a request, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The variant that serves.
    pub variant: Variant,
    /// What decided.
    pub reason: Reason,
}

impl Decision {
    /// Everybody is on blue.
    pub const ROLLED_BACK: Self = Self { variant: Variant::Blue, reason: Reason::Rollback };
}

/// Decides by weight; rollback beats it. The flag is dear to read, so it is asked for last and
/// only where it matters: on the way to green.
pub fn decide(weight: Weight, draw: &Draw, is_rolled_back: impl FnOnce() -> bool) -> Decision {
    let reason = match draw {
        Draw::Keyed(_) | Draw::Issued(..) => Reason::Weight,
        Draw::Random(_) => Reason::Random,
    };
    if !weight.covers(draw.bucket()) {
        return Decision { variant: Variant::Blue, reason };
    }
    if is_rolled_back() {
        return Decision::ROLLED_BACK;
    }
    Decision { variant: Variant::Green, reason }
}
