//! The plain rule that others use: rates of the last half minute.

use bluegreen::rollback::guard::{BothCounts, Counts};

const TICKS: usize = 120;
const LEAST_OF_GREEN: u32 = 50;

/// Takes green back if it failed more often than blue and the margin, and more often than `above`.
#[derive(Clone)]
pub struct Window {
    margin: f64,
    above: f64,
    ticks: [BothCounts; TICKS],
    next: usize,
    sum: BothCounts,
}

impl Window {
    pub fn new(margin: f64, above: f64) -> Self {
        Self {
            margin,
            above,
            ticks: [BothCounts::default(); TICKS],
            next: 0,
            sum: BothCounts::default(),
        }
    }

    pub fn tick(&mut self, tick: BothCounts) -> bool {
        let oldest = std::mem::replace(&mut self.ticks[self.next], tick);
        self.next = (self.next + 1) % TICKS;
        let less = |sum: Counts, counts: Counts| Counts {
            seen: sum.seen - counts.seen,
            failed: sum.failed - counts.failed,
        };
        let sum = self.sum.plus(tick);
        let sum =
            BothCounts { green: less(sum.green, oldest.green), blue: less(sum.blue, oldest.blue) };
        self.sum = sum;
        let rate = |counts: Counts| f64::from(counts.failed()) / f64::from(counts.seen.max(1));
        let (green, blue) = (rate(sum.green), rate(sum.blue));
        sum.green.seen >= LEAST_OF_GREEN && green > blue + self.margin && green > self.above
    }
}
