//! Finding the deployment of a request among 1 to 10,000.

use std::cell::LazyCell;
use std::hint::black_box;

use bluegreen::wire::Pairs;
use criterion::{BenchmarkId, Criterion};

use bluegreen_tests::shapes::{LARGEST, SHAPES};

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("match");
    for shape in &SHAPES {
        for size in [1, 10, 100, 1_000, LARGEST] {
            let turns = LazyCell::new(|| shape.turns(size));
            group.bench_function(BenchmarkId::new(shape.name, size), |bencher| {
                let requests: Vec<_> = (turns.iter())
                    .map(|turn| {
                        let request = turn.table.read(Pairs::new(&turn.headers));
                        let found = turn.table.find(&request).map(|found| &*found.name);
                        assert_eq!(found, Some(&*turn.deployment), "{}", shape.name);
                        (&*turn.table, request)
                    })
                    .collect();
                let mut requests = requests.iter().cycle();
                bencher.iter(|| {
                    let (table, request) = requests.next().unwrap();
                    black_box(table.find(request)).is_some()
                });
            });
        }
    }
}
