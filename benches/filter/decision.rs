//! Blue or green, once the bucket is known.

use std::hint::black_box;

use bluegreen::decision::{Reason, Variant, Wish, decide};
use bluegreen::split::Bucket;
use bluegreen::split::Weight;
use criterion::Criterion;

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decision");
    let half = Weight::from_percent("50").unwrap();
    for (name, wish) in [
        ("blue_by_weight", Wish::Bucket(Bucket(u64::MAX), Reason::Weight)),
        ("green_by_weight", Wish::Bucket(Bucket(0), Reason::Weight)),
        ("green_by_pin", Wish::Side(Variant::Green, Reason::Pin)),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| decide(black_box(wish), Some(black_box(half)), || Weight::FULL));
        });
    }
}
