//! Bytes from outside, by the million: whatever they are, what is promised of them holds.
//!
//! Inputs are seeds from the test vectors, changed again and again. `FUZZ_INPUTS` says how many a
//! target gets; an input that breaks a promise is shrunk and kept below `found`, and tried first
//! ever after.
#![allow(
    clippy::similar_names,
    clippy::format_collect,
    clippy::needless_for_each,
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod configurations;
mod headers;
mod inputs;
mod mutation;
mod naive_pairs;
mod rollback;
mod seeds;
mod tokens;
