//! Reading configurations that are large, or wrong, in one way: each step is four times the one
//! before it, and takes about four times as long.

use std::cell::LazyCell;
use std::time::Duration;

use bluegreen_tests::environment::configured;
use bluegreen_tests::hostile::HOSTILE;
use criterion::{BenchmarkId, Criterion, Throughput};

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("growth");
    group.sample_size(10).measurement_time(Duration::from_secs(1));
    for hostile in &HOSTILE {
        for size in [2_500, 10_000, 40_000] {
            let text = LazyCell::new(|| (hostile.text)(size));
            group.throughput(Throughput::Elements(u64::try_from(size).unwrap()));
            group.bench_function(BenchmarkId::new(hostile.name, size), |bencher| {
                let text = text.as_str();
                bencher.iter(|| configured(text).is_ok());
            });
        }
    }
}
