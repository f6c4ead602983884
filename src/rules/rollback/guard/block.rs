//! Answers of green with the answers of blue that they are compared with.

use crate::rollback::guard::counts::BothCounts;
use crate::rollback::guard::numbers::{Numbers, visit_whole};

/// With so many answers of blue a comparison is sharp enough.
const ENOUGH_OF_BLUE: u32 = 4;

/// Ticks for which green waits for enough of blue, and blue for the first of green: four seconds.
const PATIENCE: u32 = 16;

/// Ticks for which green waits for the first answer of blue: a minute.
const LONGEST: u32 = 240;

/// Ticks that are compared together, because one of them alone holds too few answers.
///
/// When a block is complete depends on how many answers there are, never on how they ended.
/// Otherwise the comparison would prefer some of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    counts: BothCounts,
    ticks: u32,
}

impl Block {
    /// Adds a tick. Returns the whole block if it is complete, or if one variant waited in vain.
    pub(super) fn add(&mut self, tick: BothCounts) -> Option<BothCounts> {
        let counts = self.counts.plus(tick);
        let (green, blue) = (counts.green.seen, counts.blue.seen);
        let ticks = if green == 0 && blue == 0 { 0 } else { self.ticks.saturating_add(1) };
        let is_complete = match (green, blue) {
            (0, 0) => false,
            (_, 0) => ticks >= LONGEST,
            (0, _) => ticks >= PATIENCE,
            _ => blue >= ENOUGH_OF_BLUE || ticks >= PATIENCE,
        };
        *self = if is_complete { Self::default() } else { Self { counts, ticks } };
        is_complete.then_some(counts)
    }
}

impl Numbers for Block {
    fn visit(&mut self, each: &mut dyn FnMut(&mut f64)) {
        self.counts.visit(each);
        visit_whole(&mut self.ticks, each);
    }
}
