//! Blue or green, and why: the order of precedence.

use crate::split::{Bucket, Weight};
use crate::sticky::Place;
use crate::variant::Variant;

/// Why a variant serves a request, in the order of precedence. A flag, a maximum weight or
/// the guard beats only what leads to green: an override to blue keeps its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Green is rolled back, by configuration, by a flag or by a maximum weight.
    Rollback,
    /// Green was taken back because its answers failed.
    Guard,
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
            Self::Guard => "guard",
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

    /// Back to blue because green's answers fail.
    const TAKEN_BACK: Self = Self { variant: Some(Variant::Blue), reason: Reason::Guard };

    fn by(reason: Reason, variant: Variant) -> Self {
        Self { variant: Some(variant), reason }
    }

    fn by_weight(reason: Reason, bucket: Bucket, weight: Option<Weight>) -> Self {
        let variant_at = |weight: Weight| {
            if weight.covers(bucket) { Variant::Green } else { Variant::Blue }
        };
        Self { variant: weight.map(variant_at), reason }
    }
}

/// What a decision may ask about one request. Each answer has its price, so [`decide`] asks each
/// question at most once, and only where the lines before it have not decided.
pub trait Evidence {
    /// The variant of an override that was accepted.
    fn overridden(&mut self) -> Option<Variant>;

    /// The variant that the tag of a trusted proxy names.
    fn peer(&mut self) -> Option<Variant>;

    /// What the request is assigned to by its targeting key, by an issued one or by chance.
    fn place(&mut self) -> Place;

    /// The weight now; None if Envoy's route holds it.
    fn weight(&mut self) -> Option<Weight>;

    /// How far green may go by flags and maximum weights: 100 percent unless one says otherwise,
    /// 0 if green is rolled back. The most expensive answer.
    fn max_green_weight(&mut self) -> Weight;

    /// Whether the guard has taken green back.
    fn is_tripped(&self) -> bool;
}

/// Decides: the order of precedence, from top to bottom.
pub fn decide(is_rolled_back: bool, evidence: &mut impl Evidence) -> Decision {
    // Rollback by configuration.
    if is_rolled_back {
        return Decision::ROLLED_BACK;
    }
    // The first of override, peer, pin and weight proposes a variant.
    let (proposed, bucket) = if let Some(variant) = evidence.overridden() {
        (Decision::by(Reason::Override, variant), None)
    } else if let Some(variant) = evidence.peer() {
        (Decision::by(Reason::Peer, variant), None)
    } else {
        match evidence.place() {
            Place::Pinned(variant) => (Decision::by(Reason::Pin, variant), None),
            Place::Bucket(bucket) => {
                (Decision::by_weight(Reason::Weight, bucket, evidence.weight()), Some(bucket))
            }
            Place::Random(bucket) => {
                (Decision::by_weight(Reason::Random, bucket, evidence.weight()), Some(bucket))
            }
            // Without randomness nobody is chosen.
            Place::Nowhere => (Decision::by(Reason::Random, Variant::Blue), None),
        }
    };
    // What follows beats the proposal, but only green can be rolled back.
    if proposed.variant == Some(Variant::Blue) {
        return proposed;
    }
    // Rollback by a flag or a maximum weight. A maximum moves buckets, and 0 moves everybody.
    let most = evidence.max_green_weight();
    if !bucket.map_or(most != Weight::ZERO, |bucket| most.covers(bucket)) {
        return Decision::ROLLED_BACK;
    }
    // The guard. It is asked after a rollback, for that ends what it remembers.
    if evidence.is_tripped() { Decision::TAKEN_BACK } else { proposed }
}
