//! Logarithm and exponential function, exact to twelve digits. Those of the C library bring tables
//! that are as large as the rest of the guard's test.

/// The natural logarithm of a finite number above 0.
#[must_use]
pub fn ln(number: f64) -> f64 {
    const MANTISSA: u64 = (1 << 52) - 1;
    const ONE: u64 = 1023 << 52;
    const ODD: [f64; 10] = [19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0];
    // number = fraction x 2^exponent, with a fraction from 0.7 to 1.4.
    let number = number.max(f64::MIN_POSITIVE);
    let bits = number.to_bits();
    let mut fraction = f64::from_bits(bits & MANTISSA | ONE);
    let mut exponent = f64::from(u32::try_from(bits >> 52).unwrap_or(0)) - 1023.0;
    if fraction > std::f64::consts::SQRT_2 {
        fraction /= 2.0;
        exponent += 1.0;
    }
    // ln f = 2 (z + z^3/3 + z^5/5 + ...) with z = (f - 1) / (f + 1), which is below 0.172.
    let z = (fraction - 1.0) / (fraction + 1.0);
    let square = z * z;
    let series = ODD.iter().fold(0.0, |sum, odd| sum * square + 1.0 / odd);
    exponent * std::f64::consts::LN_2 + 2.0 * z * series
}

/// The exponential function.
#[must_use]
pub fn exp(number: f64) -> f64 {
    let number = number.clamp(-700.0, 700.0);
    let twos = (number * std::f64::consts::LOG2_E).round_ties_even();
    let rest = number - twos * std::f64::consts::LN_2;
    let series = (1..16).rev().fold(1.0, |sum, step| 1.0 + sum * rest / f64::from(step));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 13 to 2033")]
    let exponent = (twos + 1023.0) as u64;
    series * f64::from_bits(exponent << 52)
}
