//! A whole request: headers read, deployment found, decided, tagged, on a host that costs little.

use std::cell::LazyCell;

use bluegreen::filter;
use bluegreen::table::Table;
use criterion::{BatchSize, BenchmarkId, Criterion};

use bluegreen_tests::fake_host::FakeHost;
use bluegreen_tests::shapes::{LARGEST, SHAPES};

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("request");
    for shape in &SHAPES {
        for size in [1, LARGEST] {
            let turns = LazyCell::new(|| shape.turns(size));
            group.bench_function(BenchmarkId::new(shape.name, size), |bencher| {
                let mut turns = turns.iter().cycle();
                let setup = || {
                    let turn = turns.next().unwrap();
                    let raw = Some(turn.headers.clone());
                    let host = FakeHost { raw_request: raw, ..FakeHost::default() };
                    (&*turn.table, host)
                };
                let routine = |(table, host): &mut (&Table, FakeHost)| {
                    filter::on_request_headers(table, host).is_some()
                };
                bencher.iter_batched_ref(setup, routine, BatchSize::SmallInput);
            });
        }
    }
}
