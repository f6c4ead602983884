//! What tests and measurements share: hosts that are not Envoy, the decision vectors, and ways to
//! lay out many deployments.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

#[cfg(not(target_family = "wasm"))]
pub mod change;
pub mod environment;
pub mod fake_host;
pub mod fake_meter;
pub mod hostile;
pub mod metadata;
pub mod refusal;
pub mod shapes;
pub mod silent_host;
pub mod vectors;
