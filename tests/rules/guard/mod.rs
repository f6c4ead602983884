//! What takes green back because its answers fail.

mod classify;
mod evidence;
mod false_alarms;
mod latency;
mod logarithm;
mod sampling;
mod settings;
mod users;

use std::time::Duration;

use bluegreen::rollback::guard::{BothCounts, Counts, Question, Threshold};

/// Green's answers and failures, then blue's.
fn tick(green: (u32, u32), blue: (u32, u32)) -> BothCounts {
    let counts = |(seen, failed)| Counts { seen, failed };
    BothCounts { green: counts(green), blue: counts(blue) }
}

/// What the default configuration asks.
fn question() -> Question {
    let threshold = Threshold::new(0.001, Duration::from_secs(30 * 24 * 3600), 1);
    Question { margin: 0.02, above: 0.05, threshold }
}
