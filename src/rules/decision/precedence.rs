//! Blue or green, and why: the order of precedence.

use crate::split::Weight;
use crate::sticky::Place;
use crate::variant::Variant;

/// Why a variant serves a request, in the order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Green is rolled back, by configuration, by a flag or by a maximum weight.
    Rollback,
    /// The request brought an override that was accepted.
    Override,
    /// A proxy before this one decided.
    Peer,
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
            Self::Peer => "peer",
            Self::Pin => "pin",
            Self::Weight => "weight",
            Self::Random => "random",
        }
    }
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

    fn by(reason: Reason, variant: Variant) -> Self {
        Self { variant: Some(variant), reason }
    }
}

/// What proposes a variant for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proposal {
    /// An override that was accepted.
    Override(Variant),
    /// The tag of a trusted proxy before this one.
    Peer(Variant),
    /// What the request is assigned to, and the weight; None if Envoy's route holds the weight.
    Assigned(Place, Option<Weight>),
}

/// Decides, in the order of precedence: the first line that applies.
///
/// `propose` finds what proposes a variant. `max_green_weight` says how far green may go: 100
/// percent, less under a maximum, 0 if green is rolled back. It is expensive to find out, so it is
/// asked for only on the way to green.
pub fn decide<H>(
    is_rolled_back: bool,
    host: &mut H,
    propose: impl FnOnce(&mut H) -> Proposal,
    max_green_weight: impl FnOnce(&mut H) -> Weight,
) -> Decision {
    // Rollback by configuration.
    if is_rolled_back {
        return Decision::ROLLED_BACK;
    }
    let proposal = propose(host);
    let may_be_green = proposal.may_be_green();
    // Rollback by a flag or a maximum weight.
    if may_be_green && !proposal.is_within(max_green_weight(host)) {
        return Decision::ROLLED_BACK;
    }
    // The guard: `if may_be_green && has_tripped { return Decision::GUARDED }`.
    match proposal {
        Proposal::Override(variant) => Decision::by(Reason::Override, variant),
        Proposal::Peer(variant) => Decision::by(Reason::Peer, variant),
        Proposal::Assigned(place, weight) => match place {
            Place::Pinned(variant) => Decision::by(Reason::Pin, variant),
            Place::Bucket(_) => by_weight(Reason::Weight, weight, may_be_green),
            Place::Random(_) => by_weight(Reason::Random, weight, may_be_green),
            // Without randomness nobody is chosen.
            Place::Nowhere => Decision::by(Reason::Random, Variant::Blue),
        },
    }
}

fn by_weight(reason: Reason, weight: Option<Weight>, is_green: bool) -> Decision {
    let variant = if is_green { Variant::Green } else { Variant::Blue };
    Decision { variant: weight.map(|_| variant), reason }
}

impl Proposal {
    /// Whether green would serve, or might where Envoy's route holds the weight.
    fn may_be_green(self) -> bool {
        match self {
            Self::Override(variant)
            | Self::Peer(variant)
            | Self::Assigned(Place::Pinned(variant), _) => variant == Variant::Green,
            Self::Assigned(Place::Bucket(bucket) | Place::Random(bucket), weight) => {
                weight.is_none_or(|weight| weight.covers(bucket))
            }
            Self::Assigned(Place::Nowhere, _) => false,
        }
    }

    /// Whether green may serve: a maximum weight moves buckets alone, but 0 moves everybody.
    fn is_within(self, max_green_weight: Weight) -> bool {
        match self {
            Self::Assigned(Place::Bucket(bucket) | Place::Random(bucket), _) => {
                max_green_weight.covers(bucket)
            }
            _ => max_green_weight != Weight::ZERO,
        }
    }
}
