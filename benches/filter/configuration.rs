//! Reading, validating and indexing a configuration.

use std::cell::LazyCell;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion};

use bluegreen_tests::environment::configured;
use bluegreen_tests::shapes::SHAPES;

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("configuration");
    group.sample_size(10).measurement_time(Duration::from_secs(2));
    for shape in &SHAPES {
        for size in [1, 10, 100, 1_000, 10_000, 100_000] {
            let config = LazyCell::new(|| shape.config(size));
            group.bench_function(BenchmarkId::new(shape.name, size), |bencher| {
                let config = config.as_str();
                let routine = |()| configured(config).unwrap();
                bencher.iter_batched(|| (), routine, BatchSize::PerIteration);
            });
        }
    }
}
