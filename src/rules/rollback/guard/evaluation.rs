//! What a proxy knows of one deployment's answers, tick by tick, and when it takes green back.

use std::time::Duration;

use crate::rollback::guard::counts::BothCounts;
use crate::rollback::guard::evidence::{Comparison, Evidence};
use crate::rollback::guard::latency::Limit;
use crate::rollback::guard::numbers::{Numbers, visit_whole};
use crate::rollback::guard::settings::Guard;

/// Ticks of which a report speaks, at least, and half of how many at most: five seconds.
const REPORTED: u32 = 20;

/// Ticks without an answer of blue after which it serves nobody, where that is not configured: a
/// minute.
const SILENT: u32 = 240;

/// Answers of one tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tick {
    /// All that count, and those that failed.
    pub failures: BothCounts,
    /// All whose time is known, and those that took longer than the limit.
    pub slow: BothCounts,
}

/// The evidence of both tests, and the last answers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evaluation {
    evidence: Evidence,
    slower: Comparison,
    limit: Limit,
    recent: BothCounts,
    before: BothCounts,
    age: u32,
    /// Ticks since blue answered.
    silence: u32,
}

impl Evaluation {
    /// Takes in the answers of a tick. Returns whether green is to be taken back.
    ///
    /// `has_blue` says whether blue serves anybody; None if only its answers can tell.
    pub fn tick(&mut self, guard: &Guard, tick: Tick, has_blue: Option<bool>) -> bool {
        self.report(tick.failures);
        let is_heard = self.silence < SILENT;
        let has_blue = has_blue.unwrap_or(is_heard);
        let fails = self.evidence.tick(&guard.question, tick.failures, has_blue);
        let threshold = guard.question.threshold;
        let is_slow = guard.slower_than_blue.is_some()
            && self.slower.tick(0.0, threshold, tick.slow)
            && has_blue;
        if self.limit.is_known() {
            self.limit.tick(tick.slow.blue);
        }
        fails || is_slow
    }

    fn report(&mut self, tick: BothCounts) {
        self.silence = if tick.blue.seen > 0 { 0 } else { self.silence.saturating_add(1) };
        if self.age >= REPORTED {
            (self.before, self.recent, self.age) = (self.recent, BothCounts::default(), 0);
        }
        self.recent = self.recent.plus(tick);
        self.age = self.age.saturating_add(1);
    }

    /// The answers of the last five to ten seconds.
    #[must_use]
    pub fn recent(&self) -> BothCounts {
        self.before.plus(self.recent)
    }

    /// The evidence: of the two questions about failures the smaller, or that green is slower.
    #[must_use]
    pub fn evidence(&self) -> f64 {
        self.evidence.against_blue().min(self.evidence.above()).max(self.slower.evidence())
    }

    /// The time within which nine of ten answers of blue come.
    #[must_use]
    pub fn limit(&self) -> Option<Limit> {
        Some(self.limit).filter(Limit::is_known)
    }

    /// Begins to compare times, with that of an answer of blue.
    pub fn begin_limit(&mut self, of_blue: Duration) {
        if !self.limit.is_known() {
            self.limit = Limit::new(of_blue);
        }
    }
}

impl Numbers for Evaluation {
    fn visit(&mut self, each: &mut dyn FnMut(&mut f64)) {
        self.evidence.visit(each);
        self.slower.visit(each);
        self.limit.visit(each);
        self.recent.visit(each);
        self.before.visit(each);
        visit_whole(&mut self.age, each);
        visit_whole(&mut self.silence, each);
    }
}

impl Tick {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { failures: self.failures.plus(other.failures), slow: self.slow.plus(other.slow) }
    }

    /// Whether nothing was answered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Numbers for Tick {
    fn visit(&mut self, each: &mut dyn FnMut(&mut f64)) {
        self.failures.visit(each);
        self.slow.visit(each);
    }
}
