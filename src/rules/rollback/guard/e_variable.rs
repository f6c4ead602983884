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

/// Halvings of the interval in which the nearest rate lies: as exact as `f64` is.
const HALVINGS: u32 = 52;

/// Logarithm of how often counts are likelier with a probability of failure `p` than with `q`.
/// Both lie strictly between 0 and 1.
pub(super) fn log_ratio(counts: Counts, p: f64, q: f64) -> f64 {
    let failures = f64::from(counts.failed()) * (p / q).ln();
    failures + f64::from(counts.succeeded()) * ((1.0 - p) / (1.0 - q)).ln()
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
