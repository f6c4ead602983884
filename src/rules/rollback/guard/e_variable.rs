//! E-variables for counts of failures: how often the counts are likelier if green is worse.
//!
//! An e-variable is a statistic that is never negative and whose expectation is at most 1 as long
//! as nothing is wrong. A product of them over time is evidence: it exceeds `A` with a probability
//! of at most `1 / A`, whenever one looks. Everything here is a logarithm of an e-variable.
//!
//! **Against a limit.** Green fails with a probability of at most `L`. For any `g > L`
//!
//! ```text
//! s = (g / L)^yg · ((1 - g) / (1 - L))^(ng - yg)
//! ```
//!
//! with `ng` answers of which `yg` failed. `E s` rises with green's real rate and is 1 at `L`.
//!
//! **Against blue.** Green's rate is at most blue's plus a margin `δ`. For rates `g` and `b` with
//! `g > b + δ`, the nearest pair of rates without fault is `(t + δ, t)`, where `t` minimises
//! `ng · KL(g ‖ t + δ) + nb · KL(b ‖ t)`, and
//!
//! ```text
//! s = (g / (t+δ))^yg · ((1-g) / (1-t-δ))^(ng-yg) · (b / t)^yb · ((1-b) / (1-t))^(nb-yb)
//! ```
//!
//! This is the 2×2 e-variable of Turner, Ly and Grünwald (arXiv 2106.02693) with the null
//! hypothesis of Turner and Grünwald (arXiv 2203.09785). Why `E s ≤ 1` for all rates `θ` without
//! fault: each answer of green contributes `1 + (θg - t - δ) · (g - t - δ) / ((t+δ)(1-t-δ))`, each
//! of blue `1 + (θb - t) · (b - t) / (t(1-t))`. With `ln(1 + x) ≤ x` the logarithm of `E s` is at
//! most the directional derivative of the divergence from its minimum, negated, and that is not
//! positive because the rates without fault form a convex set. The bound is linear in each
//! answer's own rate: rates may change from answer to answer, if their means are without fault.

use crate::rollback::guard::counts::{BothCounts, Counts};
use crate::rollback::guard::logarithm::ln;

/// Halvings of the interval in which the nearest rate lies: exact to twelve decimals.
const HALVINGS: u32 = 40;

/// Logarithm of how often counts are likelier with a probability of failure `p` than with `q`.
/// Both lie strictly between 0 and 1.
pub(super) fn log_ratio(counts: Counts, p: f64, q: f64) -> f64 {
    let failures = f64::from(counts.failed()) * ln(p / q);
    failures + f64::from(counts.succeeded()) * ln((1.0 - p) / (1.0 - q))
}

/// Logarithm of the e-variable against blue plus a margin, for the alternative `(green, blue)`
/// with `green > blue + margin`. All lie strictly between 0 and 1, but the margin may be 0.
pub(super) fn log_ratio_to_blue(counts: BothCounts, green: f64, blue: f64, margin: f64) -> f64 {
    if counts.green.seen == 0 || counts.blue.seen == 0 {
        // What only one variant shows, a pair without fault shows as well.
        return 0.0;
    }
    let nearest = nearest_without_fault(counts, green, blue, margin);
    log_ratio(counts.green, green, nearest + margin) + log_ratio(counts.blue, blue, nearest)
}

/// Blue's rate `t` of the pair `(t + margin, t)` that is nearest to the alternative.
fn nearest_without_fault(counts: BothCounts, green: f64, blue: f64, margin: f64) -> f64 {
    let (of_green, of_blue) = (f64::from(counts.green.seen), f64::from(counts.blue.seen));
    // The derivative of the divergence by `t` is negative up to the minimum.
    let falls = |t: f64| {
        let at_green = of_green * (green - t - margin) * t * (1.0 - t);
        at_green > of_blue * (t - blue) * (t + margin) * (1.0 - t - margin)
    };
    let (mut low, mut high) = (blue, green - margin);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if falls(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "small numbers")]
mod tests {
    use super::*;

    fn counts(seen: u32, failed: u32) -> Counts {
        Counts { seen, failed }
    }

    /// The probability of `failed` failures of `seen` answers.
    fn binomial(seen: u32, failed: u32, rate: f64) -> f64 {
        let ways: f64 = (0..failed).map(|k| f64::from(seen - k) / f64::from(k + 1)).product();
        ways * rate.powf(f64::from(failed)) * (1.0 - rate).powf(f64::from(seen - failed))
    }

    /// The expectation of a statistic of the counts of both variants, exactly.
    fn expectation(
        seen: (u32, u32),
        rates: (f64, f64),
        statistic: impl Fn(BothCounts) -> f64,
    ) -> f64 {
        let mut sum = 0.0;
        for green in 0..=seen.0 {
            for blue in 0..=seen.1 {
                let probability =
                    binomial(seen.0, green, rates.0) * binomial(seen.1, blue, rates.1);
                let counts =
                    BothCounts { green: counts(seen.0, green), blue: counts(seen.1, blue) };
                sum += probability * statistic(counts);
            }
        }
        sum
    }

    #[test]
    fn the_expectation_is_at_most_1_while_green_is_no_worse_than_blue_and_the_margin() {
        let mut largest: f64 = 0.0;
        for seen in [(1, 1), (1, 4), (6, 1), (5, 7)] {
            for margin in [0.0, 0.02, 0.3] {
                for (blue, share) in [(0.001, 0.03), (0.01, 0.3), (0.2, 0.9)] {
                    let green = blue + margin + (1.0 - blue - margin) * share;
                    for of_blue in [0.0_f64, 0.01, 0.1, 0.3, 0.6, 1.0] {
                        for less in [0.0, 0.01, 0.2, 1.0] {
                            let of_green = (of_blue + margin - less).clamp(0.0, 1.0);
                            let found = expectation(seen, (of_green, of_blue), |counts| {
                                log_ratio_to_blue(counts, green, blue, margin).exp()
                            });
                            assert!(found <= 1.0 + 1e-9, "{found} for {of_green}, {of_blue}");
                            largest = largest.max(found);
                        }
                    }
                }
            }
        }
        assert!(largest > 0.999, "the bound is not reached: {largest}");
    }

    #[test]
    fn the_expectation_is_at_most_1_while_green_fails_no_more_often_than_the_limit() {
        for limit in [0.001, 0.05, 0.5] {
            for rate in [0.0, limit / 2.0, limit] {
                let found = expectation((8, 0), (rate, 0.0), |counts| {
                    log_ratio(counts.green, limit + (1.0 - limit) * 0.3, limit).exp()
                });
                assert!(found <= 1.0 + 1e-9, "{found}");
            }
        }
    }

    #[test]
    fn the_nearest_pair_without_fault_has_the_least_divergence() {
        let kl = |p: f64, q: f64| p * (p / q).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - q)).ln();
        for (of_green, of_blue, margin) in [(12, 25, 0.02), (1, 4, 0.0), (50, 1, 0.3)] {
            let both = BothCounts { green: counts(of_green, 0), blue: counts(of_blue, 0) };
            let (green, blue) = (0.7, 0.01);
            let divergence = |t: f64| {
                f64::from(of_green) * kl(green, t + margin) + f64::from(of_blue) * kl(blue, t)
            };
            let found = nearest_without_fault(both, green, blue, margin);
            for thousandth in 1..1000 {
                let t = f64::from(thousandth) / 1000.0;
                assert!(t + margin >= 1.0 || divergence(found) <= divergence(t) + 1e-9);
            }
        }
    }

    #[test]
    fn without_a_margin_the_nearest_rate_is_that_of_both_together() {
        let both = BothCounts { green: counts(3, 0), blue: counts(9, 0) };
        let pooled = (3.0 * 0.5 + 9.0 * 0.1) / 12.0;
        assert!((nearest_without_fault(both, 0.5, 0.1, 0.0) - pooled).abs() < 1e-11);
    }

    #[test]
    fn one_variant_alone_shows_nothing() {
        for both in [
            BothCounts { green: counts(9, 9), blue: counts(0, 0) },
            BothCounts { green: counts(0, 0), blue: counts(9, 0) },
        ] {
            assert!(log_ratio_to_blue(both, 0.9, 0.01, 0.02).abs() < f64::EPSILON);
        }
    }
}
