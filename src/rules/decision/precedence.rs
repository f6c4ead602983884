//! Blue or green, and why: the order of precedence. The first that applies decides.

use crate::split::Bucket;
use crate::split::Weight;

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

/// What a decision was made by, in the order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Green was taken back, by configuration, by a flag or by a cap.
    Rollback,
    /// The request brought an override that was accepted.
    Override,
    /// A proxy before this one decided.
    Upstream,
    /// The targeting key is pinned.
    Pin,
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
            Self::Override => "override",
            Self::Upstream => "upstream",
            Self::Pin => "pin",
            Self::Weight => "weight",
            Self::Random => "random",
        }
    }
}

/// Where a request would go if nothing were taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To one side, whatever the weight.
    Side(Variant, Reason),
    /// Where the weight has this bucket.
    Bucket(Bucket, Reason),
}

/// Which variant serves a request, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The variant that serves; None if only Envoy's route knows, which holds the weight.
    pub variant: Option<Variant>,
    /// What decided.
    pub reason: Reason,
}

impl Decision {
    /// Back to blue.
    pub const ROLLED_BACK: Self = Self { variant: Some(Variant::Blue), reason: Reason::Rollback };
}

/// Decides. `weight` is None if Envoy's route holds it.
///
/// `limit` is how far green may go: 100 percent, less under a cap, 0 if green is taken back. It
/// is dear to find out, so it is asked for only on the way to green.
pub fn decide(wish: Wish, weight: Option<Weight>, limit: impl FnOnce() -> Weight) -> Decision {
    let (is_taken_back, variant, reason) = match wish {
        Wish::Side(Variant::Blue, reason) => (false, Some(Variant::Blue), reason),
        Wish::Side(Variant::Green, reason) => {
            (limit() == Weight::ZERO, Some(Variant::Green), reason)
        }
        Wish::Bucket(bucket, reason) => match weight {
            Some(weight) if !weight.covers(bucket) => (false, Some(Variant::Blue), reason),
            Some(_) => (!limit().covers(bucket), Some(Variant::Green), reason),
            None => (!limit().covers(bucket), None, reason),
        },
    };
    if is_taken_back { Decision::ROLLED_BACK } else { Decision { variant, reason } }
}
