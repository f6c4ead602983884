//! The module behind its C boundary: a fake Envoy calls the hooks, and has the functions that they
//! call.
#![expect(unsafe_code, reason = "both sides of the C boundary")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "a test that cannot go on has failed"
)]

mod chance;
mod fake_envoy;
mod fuzz;
mod guards;
mod streams;
