//! Which answers are watched: few enough to cost little, and the same kind of both variants.
//!
//! The choice falls when the request comes, before anybody knows how it ends, and it depends on
//! nothing but the order of requests. So it cannot prefer answers that fail, and it draws nothing
//! that could move a user.

use crate::variant::Variant;

/// Most answers of one variant that a worker watches in a tick.
pub const BUDGET: u32 = 25;

/// How many answers of blue are watched for each one of green.
pub const BLUE_FOR_GREEN: u32 = 4;

/// Answers of blue that may still be watched when green has been silent.
const MOST_CREDIT: u32 = BUDGET * BLUE_FOR_GREEN;

/// Chooses which answers of one deployment one worker watches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sampling {
    green: Spread,
    blue: Spread,
    /// Answers of blue that answers of green have earned.
    credit: u32,
}

impl Sampling {
    /// Whether the answer to a request that a variant serves is watched. To be asked once for
    /// each request.
    pub fn watches(&mut self, variant: Variant) -> bool {
        match variant {
            Variant::Green => {
                let watches = self.green.next(true);
                if watches {
                    self.credit = self.credit.saturating_add(BLUE_FOR_GREEN).min(MOST_CREDIT);
                }
                watches
            }
            Variant::Blue => {
                let watches = self.blue.next(self.credit > 0);
                if watches {
                    self.credit = self.credit.saturating_sub(1);
                }
                watches
            }
        }
    }

    /// A tick has ended.
    pub fn tick(&mut self) {
        self.green.tick();
        self.blue.tick();
    }
}

/// Spreads the budget evenly over a tick, if the tick brings as many requests as the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Spread {
    requests: u32,
    requests_before: u32,
    watched: u32,
    /// The part of a watched request that is due, in parts of `requests_before`.
    due: u32,
}

impl Spread {
    fn next(&mut self, may_watch: bool) -> bool {
        self.requests = self.requests.saturating_add(1);
        if self.requests_before > BUDGET {
            self.due = self.due.saturating_add(BUDGET);
            if self.due < self.requests_before {
                return false;
            }
            self.due = self.due.saturating_sub(self.requests_before);
        }
        let watches = may_watch && self.watched < BUDGET;
        self.watched = self.watched.saturating_add(u32::from(watches));
        watches
    }

    fn tick(&mut self) {
        *self = Self { requests_before: self.requests, ..Self::default() };
    }
}
