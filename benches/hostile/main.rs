//! What hostile input costs, in instructions: requests that are as long as Envoy takes them, and
//! configurations that are as large, or as wrong, as they can be in one way.
//!
//! `cargo bench --bench hostile` runs itself under callgrind, prints what was counted, and fails if
//! many keys cost more than half as much again as one, or if four times the configuration costs
//! much more than four times as much.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a measurement that cannot go on has failed"
)]

mod configurations;
mod counted;
mod requests;

use crate::counted::Work;

/// A goal that a count can miss.
struct Goal {
    what: String,
    /// The names of what is compared.
    more: String,
    less: String,
    /// How many times `less` `more` may cost at most.
    times: f64,
}

fn main() {
    let (work, goals): (Vec<_>, Vec<_>) =
        [requests::all(), configurations::all()].into_iter().unzip();
    let (work, goals): (Vec<Work>, Vec<Goal>) =
        (work.concat(), goals.into_iter().flatten().collect());
    if counted::is_child() {
        return counted::perform(work);
    }
    let counts = counted::count(&work);
    let mut missed = Vec::new();
    for Goal { what, more, less, times } in goals {
        let reached = counts[&more] as f64 / counts[&less] as f64;
        let verdict = if reached <= times { "" } else { "  MISSED" };
        println!("{what:60} {:>14} {reached:6.2} of {times}{verdict}", counts[&more]);
        if reached > times {
            missed.push(what);
        }
    }
    assert!(missed.is_empty(), "missed: {missed:?}");
}
