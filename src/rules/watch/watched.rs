//! One answer that is watched.

use bluegreen::rollback::guard::Answer;
use bluegreen::split::Bucket;
use bluegreen::variant::Variant;

/// An answer that is watched, from the request on.
#[derive(Clone, Copy, Debug)]
pub struct Watched {
    /// The place of the deployment in its table.
    pub(super) place: u32,
    /// The variant that was chosen; None as long as only Envoy's route knows.
    pub(super) variant: Option<Variant>,
    /// The variant that was known when the request was sent.
    pub(super) chosen: Option<Variant>,
    /// The user.
    pub(super) user: Bucket,
    /// Whether it counts, by what is known of the user.
    pub(super) counts: bool,
    /// When it was sent, in nanoseconds, where times count.
    pub(super) sent: Option<u64>,
    /// At which beat of this worker it was sent.
    pub(super) beat: u32,
    /// Whether it was slower than the limit of its variant, once that is known.
    pub(super) is_slow: Option<bool>,
    pub(super) stage: Stage,
}

/// What is still to come.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stage {
    /// The answer.
    Headers,
    /// Its trailers, in which gRPC says how it ended.
    Trailers(Answer),
    /// The rest of a body of unknown length.
    Body(Answer),
}
