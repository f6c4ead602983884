//! What the filter counts. Envoy puts `wasmcustom.` before the names.

use crate::overrides::Refusal;

/// A counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// An override was not accepted.
    OverrideRefused(Refusal),
    /// A rollback flag or a cap could not be read, so that everybody went to blue.
    RollbackUnreadable,
}

impl Counter {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Refusal::ALL.into_iter().map(Self::OverrideRefused).chain([Self::RollbackUnreadable])
    }

    /// Name of the counter.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OverrideRefused(refusal) => match refusal {
                Refusal::Repeated => "bluegreen.override.refused.repeated",
                Refusal::Malformed => "bluegreen.override.refused.malformed",
                Refusal::NotAllowed => "bluegreen.override.refused.not_allowed",
                Refusal::WrongDeployment => "bluegreen.override.refused.wrong_deployment",
                Refusal::Expired => "bluegreen.override.refused.expired",
                Refusal::TooLong => "bluegreen.override.refused.too_long",
                Refusal::UnknownKey => "bluegreen.override.refused.unknown_key",
                Refusal::BadSignature => "bluegreen.override.refused.bad_signature",
            },
            Self::RollbackUnreadable => "bluegreen.rollback.unreadable",
        }
    }
}
