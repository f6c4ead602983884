//! What the filter counts. Envoy puts `wasmcustom.` before the names.

/// A counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// An override was not accepted.
    OverrideRefused(Refusal),
    /// A rollback flag or a cap could not be read, so that everybody went to blue.
    RollbackUnreadable,
    /// A rollback flag names a deployment that there is not.
    RollbackUnknownName,
    /// A key beside a rollback flag means nothing.
    RollbackUnknownKey,
    /// A header that a targeting key may be in came in several lines, so that it was no key.
    RepeatedKey,
    /// A header that a condition is about came in several lines, so that no condition on it held.
    RepeatedCondition,
    /// Another filter of this kind is in the same chain.
    RepeatedFilter,
    /// A configuration that was accepted has something that can hardly be meant.
    ConfigurationWarning,
}

impl Counter {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        let refusals = Refusal::ALL.into_iter().map(Self::OverrideRefused);
        refusals.chain([
            Self::RollbackUnreadable,
            Self::RollbackUnknownName,
            Self::RollbackUnknownKey,
            Self::RepeatedKey,
            Self::RepeatedCondition,
            Self::RepeatedFilter,
            Self::ConfigurationWarning,
        ])
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
            Self::RollbackUnknownName => "bluegreen.rollback.unknown_name",
            Self::RollbackUnknownKey => "bluegreen.rollback.unknown_key",
            Self::RepeatedKey => "bluegreen.key.repeated",
            Self::RepeatedCondition => "bluegreen.match.repeated",
            Self::RepeatedFilter => "bluegreen.filter.repeated",
            Self::ConfigurationWarning => "bluegreen.configuration.warning",
        }
    }
}

/// Why an override was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The header came in several lines.
    Repeated,
    /// Neither a variant nor a signed override.
    Malformed,
    /// A variant without a signature, from somebody who may not.
    NotAllowed,
    /// Signed for another deployment.
    WrongDeployment,
    /// No longer valid.
    Expired,
    /// Valid for longer than is accepted.
    TooLong,
    /// Signed with a key that is not configured.
    UnknownKey,
    /// Not signed by the key that it names.
    BadSignature,
}

impl Refusal {
    /// All causes.
    pub const ALL: [Self; 8] = [
        Self::Repeated,
        Self::Malformed,
        Self::NotAllowed,
        Self::WrongDeployment,
        Self::Expired,
        Self::TooLong,
        Self::UnknownKey,
        Self::BadSignature,
    ];
}
