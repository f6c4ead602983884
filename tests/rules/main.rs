//! The rules of the filter on a host that is not Envoy: natively, and the vectors also on wasm32.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod buckets;
mod cost;
mod decisions;
mod documented;
mod refused;
#[cfg(not(target_family = "wasm"))]
mod refused_features;
#[cfg(not(target_family = "wasm"))]
mod refused_overrides;
mod weights;

#[cfg(not(target_family = "wasm"))]
mod conditions;
#[cfg(not(target_family = "wasm"))]
mod direction;
#[cfg(not(target_family = "wasm"))]
mod guard;
#[cfg(not(target_family = "wasm"))]
mod hostile;
#[cfg(not(target_family = "wasm"))]
mod issued;
#[cfg(not(target_family = "wasm"))]
mod limits;
#[cfg(not(target_family = "wasm"))]
mod oracle;
#[cfg(not(target_family = "wasm"))]
mod overrides;
#[cfg(not(target_family = "wasm"))]
mod properties;
#[cfg(not(target_family = "wasm"))]
mod repeated;
#[cfg(not(target_family = "wasm"))]
mod schema;
#[cfg(not(target_family = "wasm"))]
mod second_pass;
#[cfg(not(target_family = "wasm"))]
mod sessions;
#[cfg(not(target_family = "wasm"))]
mod tags;
#[cfg(not(target_family = "wasm"))]
mod unreadable;
#[cfg(not(target_family = "wasm"))]
mod warnings;
#[cfg(not(target_family = "wasm"))]
mod watch;
