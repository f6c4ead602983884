//! How often evidence suffices although nothing is wrong: as rarely as was promised.

use bluegreen::rollback::guard::{BothCounts, Counts, Evidence, Question, TICK, Threshold};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

const RUNS: u64 = 200;
const TICKS: u32 = 300;

/// In how many of the runs green is taken back, if one in ten is allowed.
fn trips(rates: impl Fn(u32) -> (f64, f64), margin: f64, above: f64) -> u64 {
    let threshold = Threshold::new(0.1, TICK * TICKS, 1);
    let question = Question { margin, above, threshold };
    let run = |seed: &u64| {
        let mut chance = Xoshiro256PlusPlus::seed_from_u64(*seed);
        let mut counts = |seen: u32, rate: f64| {
            let failed = (0..seen).filter(|_| chance.random::<f64>() < rate).count();
            Counts { seen, failed: u32::try_from(failed).unwrap() }
        };
        let mut evidence = Evidence::default();
        (0..TICKS).any(|tick| {
            let (green, blue) = rates(tick);
            let green = counts(5, green);
            let blue = counts(20, blue);
            evidence.tick(&question, BothCounts { green, blue }, true)
        })
    };
    (0..RUNS).filter(run).count() as u64
}

#[test]
fn evidence_against_blue_is_as_rare_as_promised() {
    for rate in [0.001, 0.01, 0.05, 0.5] {
        let found = trips(|_| (rate + 0.02, rate), 0.02, 0.0);
        assert!(found <= RUNS / 10, "{found} of {RUNS} at {rate}");
    }
}

#[test]
fn evidence_against_a_fixed_rate_is_as_rare_as_promised() {
    let found = trips(|_| (0.05, 0.0), 0.0, 0.05);
    assert!(found <= RUNS / 10, "{found} of {RUNS}");
}

#[test]
fn rates_that_change_together_are_no_evidence() {
    let found = trips(
        |tick| {
            let rate = if tick % 40 < 4 { 0.6 } else { 0.01 };
            (rate, rate)
        },
        0.0,
        0.0,
    );
    assert!(found <= RUNS / 10, "{found} of {RUNS}");
}

#[test]
fn a_rate_that_is_clearly_worse_is_found() {
    let found = trips(|_| (0.2, 0.01), 0.02, 0.05);
    assert!(found >= RUNS * 99 / 100, "{found} of {RUNS}");
}
