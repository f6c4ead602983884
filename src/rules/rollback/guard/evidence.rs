//! The evidence that green fails, tick by tick.
//!
//! Two questions are asked, and green is taken back while both are answered by evidence of at
//! least `A` ([`Threshold`]): does green fail more often than blue of the same moment, by more
//! than `margin`? And does it fail more often than `above`?
//!
//! Nobody knows how often a bad green fails. So each question is asked for four alternatives
//! `a ∈ {0.03, 0.1, 0.3, 0.9}`, which are shares of the way from the limit to 1, and the evidence
//! is their sum. For each
//!
//! ```text
//! M ← min((M + 1/4) · min(s, cap), A)
//! ```
//!
//! with the tick's e-variable `s` (see `e_variable`). What is added before the factor restarts the
//! evidence at each tick, as in the procedure of Shiryaev and Roberts: a fault that begins late is
//! found as fast as one that begins early. A cap makes `s` smaller, so it stays an e-variable. `A`
//! as the most that is kept makes old evidence fade as soon as green recovers.
//!
//! **Cap.** `cap = A^(1/8)`, so a burst needs two seconds to decide. Only if the tick alone shows
//! that green fails nearly always, the cap is larger by as much as the tick shows that:
//! by `(0.99/0.3)^yg · (0.01/0.7)^(ng - yg)`, up to `A^0.48`.
//!
//! **Blocks.** Where requests are rare, a tick often holds answers of one variant only, and then it
//! says nothing about the other. So ticks are joined until a block holds enough of both. The
//! e-variable of a block is one as long as the mean rates of the block are without fault.
//!
//! **Blue's rate** `b` in the alternative is that of past ticks only, or `s` would be none:
//! `b = (Yb + 1/2) / (Nb + 50)`, where both sums lose a hundredth at each tick.

use crate::rollback::guard::block::Block;
use crate::rollback::guard::counts::{BothCounts, Counts};
use crate::rollback::guard::e_variable::{log_ratio, log_ratio_to_blue};
use crate::rollback::guard::logarithm::exp;
use crate::rollback::guard::numbers::Numbers;
use crate::rollback::guard::threshold::Threshold;

/// How bad a bad green may be, as shares of the way from the limit to 1.
const ALTERNATIVES: [f64; 4] = [0.03, 0.1, 0.3, 0.9];

/// The part of each alternative in what is added at a tick.
const PART: f64 = 0.25;

/// What is left of the past after a tick.
const MEMORY: f64 = 0.99;

/// Blue's failures and answers before any was seen: a rate of 1 %.
const PRIOR: (f64, f64) = (0.5, 50.0);

/// The least rate that blue is believed to have.
const LOWEST_RATE: f64 = 1e-6;

/// The highest limit that green can be shown to exceed.
const HIGHEST_LIMIT: f64 = 0.98;

/// A tick in which nearly all answers failed is told from one in which this part did.
const NEARLY_ALL: f64 = 0.99;
const SOME: f64 = 0.3;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Question {
    /// How much more often than blue green may fail, 0 to 1.
    pub margin: f64,
    /// How often green may fail in any case, 0 to 1. With 0 it is asked only about blue.
    pub above: f64,
    /// How much evidence suffices.
    pub threshold: Threshold,
}

/// Evidence that green fails, against blue and against a fixed rate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    against_blue: Comparison,
    above: Mixture,
}

impl Evidence {
    /// Takes in the answers of a tick. Returns whether green is to be taken back.
    ///
    /// `has_blue` says whether blue serves anybody. If it does not, only `above` is asked.
    pub fn tick(&mut self, question: &Question, tick: BothCounts, has_blue: bool) -> bool {
        let Question { margin, above, threshold } = *question;
        self.against_blue.tick(margin, threshold, tick);
        if above > 0.0 {
            self.above.multiply(tick.green, above, threshold, |green| {
                log_ratio(tick.green, green, above)
            });
        }
        let exceeds = |evidence: f64| evidence >= threshold.evidence();
        match (has_blue, above > 0.0) {
            (true, true) => exceeds(self.against_blue()) && exceeds(self.above()),
            (true, false) => exceeds(self.against_blue()),
            (false, true) => exceeds(self.above()),
            (false, false) => false,
        }
    }

    /// The evidence that green fails more often than blue and the margin.
    #[must_use]
    pub fn against_blue(&self) -> f64 {
        self.against_blue.evidence()
    }

    /// The evidence that green fails more often than `above`.
    #[must_use]
    pub fn above(&self) -> f64 {
        self.above.sum()
    }
}

/// Evidence that something happens to green more often than to blue.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Comparison {
    evidence: Mixture,
    blue: Rate,
    block: Block,
}

impl Comparison {
    /// Takes in the answers of a tick. Returns whether the evidence suffices that green's rate
    /// exceeds blue's by more than the margin, 0 to 1.
    pub fn tick(&mut self, margin: f64, threshold: Threshold, tick: BothCounts) -> bool {
        let margin = margin.max(0.0);
        self.blue.fade();
        if let Some(counts) = self.block.add(tick) {
            let blue = self.blue.get();
            if counts.green.seen > 0 && counts.blue.seen > 0 {
                self.evidence.multiply(counts.green, blue + margin, threshold, |green| {
                    log_ratio_to_blue(counts, green, blue, margin)
                });
            }
            self.blue.add(counts.blue);
        }
        self.evidence() >= threshold.evidence()
    }

    /// The evidence.
    #[must_use]
    pub fn evidence(&self) -> f64 {
        self.evidence.sum()
    }
}

/// Evidence for one question, apart for each alternative.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Mixture([f64; 4]);

impl Mixture {
    /// Takes in a tick by the logarithm of its e-variable for each alternative above a limit.
    fn multiply(
        &mut self,
        green: Counts,
        limit: f64,
        threshold: Threshold,
        log_e_variable: impl Fn(f64) -> f64,
    ) {
        // Nothing is so much worse than this that it could be told.
        if green.seen == 0 || !(limit > 0.0 && limit < HIGHEST_LIMIT) {
            return;
        }
        let log_cap = log_cap(green, threshold);
        for (evidence, alternative) in self.0.iter_mut().zip(ALTERNATIVES) {
            let rate = limit + (1.0 - limit) * alternative;
            let factor = exp(log_e_variable(rate).min(log_cap));
            *evidence = ((*evidence + PART) * factor).min(threshold.evidence());
        }
    }

    fn sum(&self) -> f64 {
        self.0.iter().sum()
    }
}

/// Logarithm of the most that a tick contributes as a factor.
fn log_cap(green: Counts, threshold: Threshold) -> f64 {
    let nearly_all = log_ratio(green, NEARLY_ALL, SOME).max(0.0);
    (threshold.log_cap() + nearly_all).min(threshold.log_highest_cap())
}

/// Blue's rate in the past.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Rate {
    failed: f64,
    seen: f64,
}

impl Rate {
    fn fade(&mut self) {
        self.failed *= MEMORY;
        self.seen *= MEMORY;
    }

    fn add(&mut self, counts: Counts) {
        self.failed += f64::from(counts.failed());
        self.seen += f64::from(counts.seen);
    }

    fn get(&self) -> f64 {
        let (failed, seen) = PRIOR;
        ((self.failed + failed) / (self.seen + seen)).max(LOWEST_RATE)
    }
}

impl Numbers for Evidence {
    fn visit(&mut self, each: &mut dyn FnMut(&mut f64)) {
        self.against_blue.visit(each);
        self.above.0.iter_mut().for_each(each);
    }
}

impl Numbers for Comparison {
    fn visit(&mut self, each: &mut dyn FnMut(&mut f64)) {
        self.evidence.0.iter_mut().for_each(&mut *each);
        each(&mut self.blue.failed);
        each(&mut self.blue.seen);
        self.block.visit(each);
    }
}
