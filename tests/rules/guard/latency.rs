//! Slower than blue.

use std::time::Duration;

use bluegreen::rollback::guard::{BothCounts, Comparison, Counts, Limit};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::question;

/// A time that varies as times of services do: exponentially above a least one.
fn time(median: f64, chance: &mut Xoshiro256PlusPlus) -> Duration {
    let unit = -chance.random::<f64>().max(1e-300).ln();
    Duration::from_secs_f64(median * (0.3 + unit))
}

/// Ticks until green, slower by a factor, is found with a ratio of 1.5; with 5 answers of green
/// and 20 of blue a tick.
fn ticks_until_found(factor: f64, ticks: u32, seed: u64) -> Option<u32> {
    let mut chance = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut limit = Limit::new(time(0.1, &mut chance));
    let mut comparison = Comparison::default();
    (0..ticks).find(|_| {
        let mut tick = BothCounts::default();
        for _ in 0..5 {
            tick.green.add(time(0.1 * factor, &mut chance) > limit.green(1.5));
        }
        for _ in 0..20 {
            tick.blue.add(time(0.1, &mut chance) > limit.blue());
        }
        limit.tick(tick.blue);
        comparison.tick(0.0, question().threshold, tick)
    })
}

#[test]
fn green_that_is_slower_by_the_ratio_and_no_more_stays() {
    for factor in [0.5, 1.0, 1.5] {
        for seed in 0..5 {
            assert_eq!(ticks_until_found(factor, 2_000, seed), None, "{factor} times as slow");
        }
    }
}

#[test]
fn green_that_is_slower_than_the_ratio_is_found() {
    for (factor, most) in [(2.5, 400), (4.0, 120)] {
        for seed in 0..5 {
            let found = ticks_until_found(factor, 2_000, seed);
            assert!(found.is_some_and(|ticks| ticks <= most), "{factor}: {found:?}");
        }
    }
}

#[test]
fn the_limit_finds_where_nine_of_ten_answers_are_from_anywhere() {
    let mut chance = Xoshiro256PlusPlus::seed_from_u64(1);
    let expected = 0.1 * (0.3 + 10_f64.ln());
    for first in [0.0, 0.001, 0.1, 10.0] {
        let mut limit = Limit::new(Duration::from_secs_f64(first));
        let mut sum = 0.0;
        for tick in 0..300 {
            let mut blue = Counts::default();
            for _ in 0..20 {
                blue.add(time(0.1, &mut chance) > limit.blue());
            }
            limit.tick(blue);
            sum += if tick < 200 { 0.0 } else { limit.blue().as_secs_f64() / 100.0 };
        }
        assert!((0.8..1.25).contains(&(sum / expected)), "{first}: {sum}, not {expected}");
    }
}

proptest! {
    #[test]
    fn a_limit_stays_a_time(
        first: u64, ratio: f64, ticks in proptest::collection::vec(any::<(u32, u32)>(), 0..200),
    ) {
        let mut limit = Limit::new(Duration::from_nanos(first));
        for (seen, failed) in ticks {
            limit.tick(Counts { seen, failed });
            prop_assert!(limit.blue() > Duration::ZERO);
            prop_assert!(limit.green(ratio) >= limit.blue() || ratio.is_nan());
        }
    }
}
