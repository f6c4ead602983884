//! Blue or green, once the bucket is known.

use std::hint::black_box;

use bluegreen::decision::{Proposal, decide};
use bluegreen::split::{Bucket, Weight};
use bluegreen::sticky::Place;
use bluegreen::variant::Variant;
use criterion::Criterion;

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decision");
    let half = Weight::from_percent("50").unwrap();
    for (name, proposal) in [
        ("blue_by_weight", Proposal::Assigned(Place::Bucket(Bucket(u64::MAX)), Some(half))),
        ("green_by_weight", Proposal::Assigned(Place::Bucket(Bucket(0)), Some(half))),
        ("green_by_pin", Proposal::Assigned(Place::Pinned(Variant::Green), None)),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| decide(false, &mut (), |()| black_box(proposal), |()| Weight::FULL));
        });
    }
}
