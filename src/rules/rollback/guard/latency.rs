//! Whether green is slower than blue by a ratio.
//!
//! One limit is drawn for each variant: `X` for blue and `ratio · X` for green, where `X` follows
//! the time within which nine of ten answers of blue came in past ticks. If green is slower by no
//! more than the ratio, it exceeds its limit no more often than blue. So the question is the same
//! as for failures, with a margin of 0, and [`Comparison`] answers it. `X` need not be exact: it
//! is fixed before a tick begins, and any fixed limit serves.
//!
//! [`Comparison`]: crate::rollback::guard::Comparison

use std::time::Duration;

use crate::rollback::guard::counts::Counts;
use crate::rollback::guard::logarithm::exp;
use crate::rollback::guard::numbers::Numbers;

/// The part of blue's answers that lies above its limit, in the long run.
const PART_ABOVE: f64 = 0.1;

/// With so many answers of blue in a tick the limit moves at full speed.
const ENOUGH: f64 = 20.0;

/// How far the limit's logarithm moves, at first and later.
const SPEED: (f64, f64) = (2.0, 0.2);

/// What is left of the speed after a tick.
const SLOWER: f64 = 0.9;

const SHORTEST: Duration = Duration::from_micros(10);
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// The time within which nine of ten answers of blue come: `X`.
///
/// After a tick with `nb` answers of blue of which `yb` took longer than `X`,
/// `ln X += speed · (yb / nb - 0.1) · min(1, nb / 20)`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limit {
    seconds: f64,
    speed: f64,
}

impl Limit {
    /// Begins with the time that one answer of blue took.
    #[must_use]
    pub fn new(first: Duration) -> Self {
        Self { seconds: first.clamp(SHORTEST, LONGEST).as_secs_f64(), speed: SPEED.0 }
    }

    /// Whether an answer of blue has begun it.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.seconds > 0.0
    }

    /// The limit for blue.
    #[must_use]
    pub fn blue(&self) -> Duration {
        Duration::try_from_secs_f64(self.seconds).unwrap_or(LONGEST)
    }

    /// The limit for green, which may be slower by a ratio.
    #[must_use]
    pub fn green(&self, ratio: f64) -> Duration {
        let seconds = self.seconds * ratio.clamp(1.0, 1e6);
        Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST)
    }

    /// Follows blue: a tick has ended in which so many of its answers took longer than the limit.
    pub fn tick(&mut self, blue: Counts) {
        if blue.seen == 0 {
            return;
        }
        let seen = f64::from(blue.seen);
        let excess = f64::from(blue.failed()) / seen - PART_ABOVE;
        let moved = self.seconds * exp(self.speed * excess * (seen / ENOUGH).min(1.0));
        self.seconds = moved.clamp(SHORTEST.as_secs_f64(), LONGEST.as_secs_f64());
        self.speed = (self.speed * SLOWER).max(SPEED.1);
    }
}

impl Numbers for Limit {
    fn visit(&mut self, each: &mut dyn FnMut(&mut f64)) {
        each(&mut self.seconds);
        each(&mut self.speed);
    }
}
