//! Tests of the program `bluegreen`, each of which runs it.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod agreement;
mod decisions;
mod documents;
mod hostile;
mod program;
mod recipes;
mod shares;
mod tokens;
mod vectors;
