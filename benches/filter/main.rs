//! What the filter costs natively, by criterion: `cargo bench`.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a measurement that cannot go on has failed"
)]

mod configuration;
mod decision;
mod growth;
mod matching;
mod request;
mod sticky;

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

fn quick() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(30)
}

criterion_group! {
    name = filter;
    config = quick();
    targets = matching::bench, sticky::bench, decision::bench, request::bench, configuration::bench, growth::bench
}
criterion_main!(filter);
