//! How much evidence takes green back, by how rarely that may happen without a cause.

use std::time::Duration;

use crate::rollback::guard::logarithm::ln;

/// How often evidence is evaluated.
pub const TICK: Duration = Duration::from_millis(250);

/// What an ordinary tick may add at most: an eighth of the way to the threshold. So a fault that
/// lasts for less than two seconds decides nothing.
const SHARE_OF_A_TICK: f64 = 0.125;

/// What any tick may add at most. So nothing decides within two ticks, and a variant that fails
/// wholly is taken back after two full ticks and a part of one.
const SHARE_OF_ANY_TICK: f64 = 0.48;

/// The evidence at which green is taken back, `A`.
///
/// Restarted evidence (Shiryaev-Roberts) has an expectation of at most `n` after `n` ticks, and
/// `evidence - n` is a supermartingale. By Doob's inequality the evidence reaches `A` within `T`
/// ticks with a probability of at most `T / A`. So `A = T / at_most`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    evidence: f64,
    logarithm: f64,
}

impl Threshold {
    /// The threshold by which `tests` that run side by side raise a false alarm with a probability
    /// of at most `at_most` (above 0, below 1) while one proxy watches for a time of `within`.
    #[must_use]
    pub fn new(at_most: f64, within: Duration, tests: u32) -> Self {
        let ticks = (within.as_secs_f64() / TICK.as_secs_f64()).max(1.0);
        let at_most = if at_most > 0.0 { at_most.clamp(1e-12, 1.0) } else { 1e-12 };
        let evidence = (ticks * f64::from(tests.max(1)) / at_most).max(2.0);
        Self { evidence, logarithm: ln(evidence) }
    }

    /// The evidence that suffices.
    #[must_use]
    pub fn evidence(self) -> f64 {
        self.evidence
    }

    /// Logarithm of the most that an ordinary tick may contribute as a factor.
    pub(super) fn log_cap(self) -> f64 {
        self.logarithm * SHARE_OF_A_TICK
    }

    /// Logarithm of the most that any tick may contribute as a factor.
    pub(super) fn log_highest_cap(self) -> f64 {
        self.logarithm * SHARE_OF_ANY_TICK
    }
}
