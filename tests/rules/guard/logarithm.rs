//! Logarithm and exponential function, against those of the standard library.

use bluegreen::rollback::guard::{exp, ln};
use proptest::prelude::*;

proptest! {
    #[test]
    fn they_are_exact_to_twelve_digits(exponent in -600.0..600.0_f64, near in -1e-3..1e-3_f64) {
        for number in [exponent.exp(), 1.0 + near] {
            let (found, expected) = (ln(number), number.ln());
            prop_assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1e-3));
        }
        for number in [exponent, near] {
            prop_assert!((exp(number) / number.exp() - 1.0).abs() < 1e-11);
        }
    }

    #[test]
    fn they_are_numbers_for_all_numbers(number: f64) {
        prop_assert!(ln(number).is_finite() && exp(number).is_finite() || number.is_nan());
    }
}
