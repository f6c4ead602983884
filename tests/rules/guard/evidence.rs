//! Evidence, against the formulas written down once more, and what holds for all counts.

use bluegreen::rollback::guard::{BothCounts, Comparison, Counts, Evidence, Question, Threshold};
use proptest::collection::vec;
use proptest::prelude::*;
use std::time::Duration;

use super::{question, tick};

/// The evidence by the formulas, with products in place of logarithms and a search by thirds.
/// Every tick has both variants and enough of blue, so that each is a block of its own.
struct Naive {
    against_blue: [f64; 4],
    above: [f64; 4],
    blue: (f64, f64),
}

impl Naive {
    #[expect(clippy::many_single_char_names, reason = "those of the formulas")]
    fn tick(&mut self, question: &Question, tick: BothCounts) {
        let a = question.threshold.evidence();
        let (ng, yg) = (tick.green.seen.cast_signed(), tick.green.failed.cast_signed());
        let (nb, yb) = (tick.blue.seen.cast_signed(), tick.blue.failed.cast_signed());
        let likelihood = |n: i32, y: i32, p: f64| p.powi(y) * (1.0 - p).powi(n - y);
        let shown = likelihood(ng, yg, 0.99) / likelihood(ng, yg, 0.3);
        let cap = (a.powf(0.125) * shown.max(1.0)).min(a.powf(0.48));
        self.blue = (self.blue.0 * 0.99, self.blue.1 * 0.99);
        let b = (self.blue.0 + 0.5) / (self.blue.1 + 50.0);
        for (j, share) in [0.03, 0.1, 0.3, 0.9].into_iter().enumerate() {
            let l = question.above;
            let g = l + (1.0 - l) * share;
            let s = likelihood(ng, yg, g) / likelihood(ng, yg, l);
            self.above[j] = ((self.above[j] + 0.25) * s.min(cap)).min(a);

            let d = question.margin;
            let g = b + d + (1.0 - b - d) * share;
            let kl = |p: f64, q: f64| p * (p / q).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - q)).ln();
            let divergence = |t: f64| f64::from(ng) * kl(g, t + d) + f64::from(nb) * kl(b, t);
            let (mut low, mut high) = (b, g - d);
            for _ in 0..100 {
                let (first, second) = ((2.0 * low + high) / 3.0, (low + 2.0 * high) / 3.0);
                if divergence(first) < divergence(second) {
                    high = second;
                } else {
                    low = first;
                }
            }
            let of_green = likelihood(ng, yg, g) / likelihood(ng, yg, low + d);
            let s = of_green * likelihood(nb, yb, b) / likelihood(nb, yb, low);
            self.against_blue[j] = ((self.against_blue[j] + 0.25) * s.min(cap)).min(a);
        }
        self.blue = (self.blue.0 + f64::from(yb), self.blue.1 + f64::from(nb));
    }
}

fn counts(seen: std::ops::RangeInclusive<u32>) -> impl Strategy<Value = Counts> {
    seen.prop_flat_map(|seen| {
        let failed = prop_oneof![Just(0), 0..=seen.min(1), 0..=seen, Just(seen)];
        failed.prop_map(move |failed| Counts { seen, failed })
    })
}

fn ticks() -> impl Strategy<Value = Vec<BothCounts>> {
    let both = (counts(0..=25), counts(0..=25));
    vec(both.prop_map(|(green, blue)| BothCounts { green, blue }), 0..60)
}

fn any_counts() -> impl Strategy<Value = Counts> {
    let number = || prop_oneof![0..50_u32, Just(u32::MAX), any::<u32>()];
    (number(), number()).prop_map(|(seen, failed)| Counts { seen, failed })
}

fn any_rate() -> impl Strategy<Value = f64> {
    prop_oneof![0.0..=1.0, any::<f64>(), Just(f64::NAN), Just(0.0), Just(1.0)]
}

/// The evidence after some ticks, and then after one more.
fn before_and_after(ticks: &[BothCounts], last: BothCounts) -> [(f64, f64); 2] {
    let mut evidence = Evidence::default();
    for tick in ticks {
        evidence.tick(&question(), *tick, true);
    }
    let before = (evidence.against_blue(), evidence.above());
    evidence.tick(&question(), last, true);
    [(before.0, evidence.against_blue()), (before.1, evidence.above())]
}

/// The search by thirds finds a minimum to half of the digits.
fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-3 * expected.abs() + 1e-12
}

proptest! {
    #[test]
    fn evidence_is_what_the_formulas_say(
        ticks in vec((counts(1..=30), counts(4..=60)), 1..40),
        margin in 0.0..0.3, above in 0.01..0.5,
    ) {
        let question = Question { margin, above, ..question() };
        let mut evidence = Evidence::default();
        let mut naive = Naive { against_blue: [0.0; 4], above: [0.0; 4], blue: (0.0, 0.0) };
        for (green, blue) in ticks {
            // Where blue fails nearly always the question is not asked.
            let blue = Counts { failed: blue.failed.min(blue.seen / 2), ..blue };
            let tick = BothCounts { green, blue };
            let trips = evidence.tick(&question, tick, true);
            naive.tick(&question, tick);
            let (blue, above): (f64, f64) = (naive.against_blue.iter().sum(), naive.above.iter().sum());
            prop_assert!(close(evidence.against_blue(), blue), "{evidence:?} {blue}");
            prop_assert!(close(evidence.above(), above), "{evidence:?} {above}");
            let a = question.threshold.evidence();
            let is_clear = |evidence: f64| (evidence / a - 1.0).abs() > 1e-3;
            if is_clear(blue) && is_clear(above) {
                prop_assert_eq!(trips, blue >= a && above >= a);
            }
        }
    }

    #[test]
    fn no_counts_and_no_question_make_evidence_that_is_no_number(
        ticks in vec((any_counts(), any_counts(), any::<bool>()), 0..40),
        margin in any_rate(), above in any_rate(), at_most in any_rate(), seconds: u32,
    ) {
        let threshold = Threshold::new(at_most, Duration::from_secs(seconds.into()), 1);
        let question = Question { margin, above, threshold };
        let (mut evidence, mut comparison) = (Evidence::default(), Comparison::default());
        let most = threshold.evidence();
        prop_assert!(most.is_finite());
        for (green, blue, has_blue) in ticks {
            let tick = BothCounts { green, blue };
            evidence.tick(&question, tick, has_blue);
            comparison.tick(margin, threshold, tick);
            for found in [evidence.against_blue(), evidence.above(), comparison.evidence()] {
                prop_assert!((0.0..=4.0 * most).contains(&found), "{found}");
            }
        }
    }

    #[test]
    fn one_more_failure_of_green_never_lowers_evidence(
        ticks in ticks(), last in (counts(1..=25), counts(4..=25)),
    ) {
        let (green, blue) = last;
        let fewer = Counts { failed: green.failed.saturating_sub(1), ..green };
        let more = before_and_after(&ticks, BothCounts { green, blue });
        let fewer = before_and_after(&ticks, BothCounts { green: fewer, blue });
        for (more, fewer) in more.into_iter().zip(fewer) {
            prop_assert!(more.1 >= fewer.1 * (1.0 - 1e-9));
        }
    }

    #[test]
    fn one_more_failure_of_blue_never_raises_evidence(
        ticks in ticks(), last in (counts(1..=25), counts(4..=25)),
    ) {
        let (green, blue) = last;
        let fewer = Counts { failed: blue.failed.saturating_sub(1), ..blue };
        let more = before_and_after(&ticks, BothCounts { green, blue });
        let fewer = before_and_after(&ticks, BothCounts { green, blue: fewer });
        prop_assert!(more[0].1 <= fewer[0].1 * (1.0 + 1e-9));
        prop_assert!(close(more[1].1, fewer[1].1));
    }

    #[test]
    fn no_tick_multiplies_evidence_by_more_than_the_cap(
        ticks in ticks(), green in any_counts(), blue in any_counts(),
    ) {
        let a = question().threshold.evidence();
        let half = |green: Counts| Counts { failed: green.failed.min(green.seen / 2), ..green };
        // Ticks that were joined are one: half of each of them may fail.
        let halves: Vec<_> = (ticks.iter())
            .map(|tick| BothCounts { green: half(tick.green), ..*tick })
            .collect();
        for (ticks, green, cap) in
            [(&ticks, green, a.powf(0.48)), (&halves, half(green), a.powf(0.125))]
        {
            for (before, after) in before_and_after(ticks, BothCounts { green, blue }) {
                prop_assert!(after <= (before + 1.0) * cap * (1.0 + 1e-9), "{before} {after}");
            }
        }
    }

    #[test]
    fn two_ticks_never_decide(
        first in (any_counts(), any_counts()), second in (any_counts(), any_counts()),
        at_most in 1e-9..0.5, minutes in 1..1_000_000_u64,
    ) {
        let threshold = Threshold::new(at_most, Duration::from_secs(60 * minutes), 1);
        let question = Question { threshold, ..question() };
        let mut evidence = Evidence::default();
        for (green, blue) in [first, second] {
            let trips = evidence.tick(&question, BothCounts { green, blue }, true);
            prop_assert!(!trips);
        }
    }

    #[test]
    fn a_block_is_the_same_in_whatever_ticks_it_came(
        green in vec(counts(1..=3), 3), blue in counts(4..=20),
    ) {
        // Green waits for blue, and blue comes last.
        let mut apart = Comparison::default();
        let mut together = Comparison::default();
        let (margin, threshold) = (0.02, question().threshold);
        for green in &green[..2] {
            apart.tick(margin, threshold, BothCounts { green: *green, ..BothCounts::default() });
            together.tick(margin, threshold, BothCounts::default());
            prop_assert!(apart.evidence() == 0.0);
        }
        apart.tick(margin, threshold, BothCounts { green: green[2], blue });
        let sum = green.iter().fold(Counts::default(), |sum, green| sum.plus(*green));
        together.tick(margin, threshold, BothCounts { green: sum, blue });
        prop_assert!(close(apart.evidence(), together.evidence()));
    }
}

/// How many ticks it takes until green is taken back.
fn ticks_until_trip(evidence: &mut Evidence, tick: BothCounts, has_blue: bool) -> Option<u32> {
    (1..=400).find(|_| evidence.tick(&question(), tick, has_blue))
}

#[test]
fn green_that_fails_wholly_is_taken_back_within_three_ticks() {
    let mut evidence = Evidence::default();
    for _ in 0..120 {
        evidence.tick(&question(), tick((12, 0), (48, 0)), true);
    }
    let found = ticks_until_trip(&mut evidence, tick((12, 12), (48, 0)), true);
    assert_eq!(found, Some(3));
}

#[test]
fn half_of_green_failing_for_a_second_is_not_enough_and_for_two_and_a_half_it_is() {
    let mut evidence = Evidence::default();
    let found = ticks_until_trip(&mut evidence, tick((24, 12), (48, 0)), true).unwrap();
    assert!((6..=10).contains(&found), "{found}");
}

#[test]
fn variants_that_fail_alike_stay() {
    for failed in [1, 6, 12] {
        let mut evidence = Evidence::default();
        let found = ticks_until_trip(&mut evidence, tick((12, failed), (48, 4 * failed)), true);
        assert_eq!(found, None, "{failed}");
    }
}

#[test]
fn green_that_is_worse_than_blue_but_fails_rarely_stays() {
    let mut evidence = Evidence::default();
    assert_eq!(ticks_until_trip(&mut evidence, tick((25, 1), (100, 0)), true), None);
    assert!(evidence.against_blue() >= question().threshold.evidence());
}

#[test]
fn without_blue_the_fixed_rate_alone_decides() {
    let alone = tick((12, 12), (0, 0));
    assert_eq!(ticks_until_trip(&mut Evidence::default(), alone, true), None);
    assert_eq!(ticks_until_trip(&mut Evidence::default(), alone, false), Some(3));
    let without_limit = Question { above: 0.0, ..question() };
    let mut evidence = Evidence::default();
    assert!(!(0..100).any(|_| evidence.tick(&without_limit, alone, false)));
}

#[test]
fn old_evidence_fades_within_seconds() {
    let mut evidence = Evidence::default();
    for _ in 0..10_000 {
        evidence.tick(&question(), tick((12, 12), (48, 48)), true);
    }
    let threshold = question().threshold.evidence();
    assert!(evidence.above() >= threshold);
    for (ticks, most) in [(1, 1.0), (8, 0.1), (32, 1e-6)] {
        for _ in 0..ticks {
            evidence.tick(&question(), tick((12, 0), (48, 0)), true);
        }
        assert!(evidence.above() < threshold * most, "{evidence:?} after {ticks} ticks more");
    }
}

#[test]
fn the_threshold_is_the_number_of_ticks_for_each_false_alarm() {
    let month = Duration::from_secs(30 * 24 * 3600);
    let a = |at_most, within, tests| Threshold::new(at_most, within, tests).evidence();
    assert!(close(a(0.001, month, 1), 4.0 * 30.0 * 86_400.0 / 0.001));
    assert!(close(a(0.001, month, 2), 2.0 * a(0.001, month, 1)));
    assert!(close(a(0.5, Duration::from_secs(60), 1), 480.0));
}
