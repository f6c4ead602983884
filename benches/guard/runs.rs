//! Many runs of the same traffic.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use bluegreen::rollback::guard::{Question, Threshold};

use crate::proxy::{Traffic, Trips, run};
use crate::window::Window;

/// What the default configuration asks.
pub fn question() -> Question {
    let threshold = Threshold::new(0.001, Duration::from_secs(30 * 24 * 3600), 1);
    Question { margin: 0.02, above: 0.05, threshold }
}

/// The results of some runs.
pub struct Runs(Vec<Trips>);

/// One of the rules.
pub type Rule = fn(&Trips) -> Option<f64>;

pub const GUARD: Rule = |trips| trips.guard;
pub const ALL_ANSWERS: Rule = |trips| trips.all_answers;
pub const WINDOW: Rule = |trips| trips.window;

impl Runs {
    /// Runs the same traffic many times, each with a seed of its own.
    pub fn new(number: u64, traffic: &Traffic) -> Self {
        Self::with(number, traffic, &question())
    }

    /// The same with another question.
    pub fn with(number: u64, traffic: &Traffic, question: &Question) -> Self {
        let window = Window::new(question.margin, question.above);
        let next = AtomicU64::new(0);
        let work = || {
            let mut found = Vec::new();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= number {
                    return found;
                }
                found.push((seed, run(traffic, question, &window, seed)));
            }
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let mut found: Vec<(u64, Trips)> = thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        found.sort_by_key(|(seed, _)| *seed);
        Self(found.into_iter().map(|(_, trips)| trips).collect())
    }

    /// In how many runs a rule took green back.
    pub fn trips(&self, rule: Rule) -> usize {
        self.0.iter().filter(|trips| rule(trips).is_some()).count()
    }

    /// In how many runs a rule took green back before the change.
    pub fn early(&self, rule: Rule) -> usize {
        self.0.iter().filter(|trips| rule(trips).is_some_and(|after| after < 0.0)).count()
    }

    /// After how many seconds the part of the runs with a trip is reached; infinite if it never is.
    pub fn quantile(&self, rule: Rule, part: f64) -> f64 {
        let mut found: Vec<f64> =
            self.0.iter().map(|trips| rule(trips).unwrap_or(f64::INFINITY)).collect();
        found.sort_by(f64::total_cmp);
        found[((found.len() - 1) as f64 * part).round() as usize]
    }

    /// Median of green's failed answers until the guard took it back.
    pub fn failed(&self) -> u32 {
        let mut found: Vec<u32> = self.0.iter().map(|trips| trips.failed).collect();
        found.sort_unstable();
        found[found.len() / 2]
    }

    /// Largest evidence of the guard in any run.
    pub fn evidence(&self) -> f64 {
        self.0.iter().fold(0.0, |largest, trips| largest.max(trips.evidence))
    }
}
