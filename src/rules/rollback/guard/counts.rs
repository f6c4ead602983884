//! How many answers were seen, and how many of them failed.

use crate::rollback::guard::numbers::{Numbers, visit_whole};

/// Answers of one variant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All that count.
    pub seen: u32,
    /// Those of them that failed. What lies above `seen` is ignored.
    pub failed: u32,
}

impl Counts {
    /// Adds one answer.
    pub fn add(&mut self, failed: bool) {
        self.seen = self.seen.saturating_add(1);
        self.failed = self.failed.saturating_add(u32::from(failed));
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            seen: self.seen.saturating_add(other.seen),
            failed: self.failed().saturating_add(other.failed()),
        }
    }

    /// Failed answers, at most as many as were seen.
    #[must_use]
    pub fn failed(self) -> u32 {
        self.failed.min(self.seen)
    }

    /// Answers that did not fail.
    #[must_use]
    pub fn succeeded(self) -> u32 {
        self.seen.saturating_sub(self.failed())
    }
}

/// Answers of both variants in the same time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BothCounts {
    /// Answers of the new variant.
    pub green: Counts,
    /// Answers of the current variant.
    pub blue: Counts,
}

impl BothCounts {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { green: self.green.plus(other.green), blue: self.blue.plus(other.blue) }
    }
}

impl Numbers for BothCounts {
    fn visit(&mut self, each: &mut dyn FnMut(&mut f64)) {
        for counts in [&mut self.green, &mut self.blue] {
            visit_whole(&mut counts.seen, each);
            visit_whole(&mut counts.failed, each);
        }
    }
}
