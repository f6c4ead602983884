//! Blue or green, once the answers are known.

use std::hint::black_box;

use bluegreen::decision::{Evidence, decide};
use bluegreen::split::{Bucket, Weight};
use bluegreen::sticky::Place;
use bluegreen::variant::Variant;
use criterion::Criterion;

/// Half of the users are on green, and nothing is rolled back.
struct Half(Place);

impl Evidence for Half {
    fn overridden(&mut self) -> Option<Variant> {
        None
    }

    fn peer(&mut self) -> Option<Variant> {
        None
    }

    fn place(&mut self) -> Place {
        black_box(self.0)
    }

    fn weight(&mut self) -> Option<Weight> {
        Weight::from_percent("50").ok()
    }

    fn max_green_weight(&mut self) -> Weight {
        Weight::FULL
    }

    fn is_tripped(&self) -> bool {
        black_box(false)
    }
}

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decision");
    for (name, place) in [
        ("blue_by_weight", Place::Bucket(Bucket(u64::MAX))),
        ("green_by_weight", Place::Bucket(Bucket(0))),
        ("green_by_pin", Place::Pinned(Variant::Green)),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| decide(false, &mut Half(place))));
    }
}
