//! How often the guard takes green back without a cause, and how soon with one: a simulation.
//!
//! `cargo bench --bench guard` makes few runs, prints the page and fails if a goal is missed;
//! with `accept` it makes all of them and writes `benches/results/guard.md`.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a measurement that cannot go on has failed"
)]

mod delays;
mod false_alarms;
mod page;
mod proxy;
mod runs;
mod window;

use std::path::Path;

use crate::page::Page;

/// How many runs are made.
#[derive(Clone, Copy)]
pub enum Form {
    /// Some, within a minute.
    Short,
    /// All.
    Long,
}

impl Form {
    fn runs(self, long: u64) -> u64 {
        match self {
            Self::Short => (long / 40).max(10),
            Self::Long => long,
        }
    }
}

/// Ends with an error if a goal is missed.
fn demand(is_met: bool, goal: &str) {
    assert!(is_met, "missed: {goal}");
}

fn main() {
    let form = if std::env::args().any(|arg| arg == "accept") { Form::Long } else { Form::Short };
    let mut page = Page(
        "# The guard, simulated\n\nWritten by `make bench-guard-accept`. Traffic is drawn by chance \
         with fixed seeds; the choice of answers, the users and the evidence are the filter's own \
         code. The settings are the default: `margin` 2 points, `above` 5 %, at most 0.001 false \
         alarms within 30 days. *Window* is the plain rule with the same limits: the rates of the \
         last 30 seconds, with at least 50 answers of green.\n"
            .to_owned(),
    );
    false_alarms::equal_rates(&mut page, form);
    false_alarms::bound(&mut page, form);
    false_alarms::users_who_always_fail(&mut page, form);
    false_alarms::together(&mut page, form);
    false_alarms::weight_ramp(&mut page, form);
    false_alarms::blips(&mut page, form);
    delays::sudden(&mut page, form);
    delays::gradual(&mut page, form);
    delays::few_users(&mut page, form);
    match form {
        Form::Short => println!("{}", page.0),
        Form::Long => {
            let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/results");
            std::fs::write(results.join("guard.md"), page.0).unwrap();
        }
    }
}
