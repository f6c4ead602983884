//! Finding the targeting key of a request, and its bucket.

use std::hint::black_box;

use bluegreen::config::{self, ConfigErrors, Path};
use bluegreen::split::Salt;
use bluegreen::sticky::KeySource;
use bluegreen::wire::Pairs;
use criterion::{BenchmarkId, Criterion};
use serde_json::json;

use bluegreen_tests::environment::{Everything, configured};
use bluegreen_tests::fake_host::{FakeHost, header};

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("key");
    let none = "other=1".to_owned();
    let cookies = |others: usize| {
        let others: Vec<String> =
            (0..others).map(|n| format!("cookie-{n}=some-value-{n};")).collect();
        others.join(" ") + "uid=u-4711"
    };
    for (name, key, path, cookie) in [
        ("header", json!({"header": "x-user-id"}), "/", &none),
        ("cookie_among_0", json!({"cookie": "uid"}), "/", &cookies(0)),
        ("cookie_among_60", json!({"cookie": "uid"}), "/", &cookies(60)),
        ("query", json!({"query": "user"}), "/?model=fraud&user=u-4711", &none),
        ("query_with_escapes", json!({"query": "user"}), "/?model=fraud&us%65r=u%2D4711", &none),
    ] {
        let config: config::Key = serde_json::from_value(key).unwrap();
        let source =
            KeySource::new(&config, &Everything, &Path::Root, &mut ConfigErrors::default())
                .unwrap();
        let headers = [header("x-user-id", "u-4711"), header("cookie", cookie)];
        let mut host = FakeHost::with_request(Some("a.example"), path, &headers);
        let buffer = bluegreen::host::Host::request_headers(&mut host);
        let table = configured(r#"{"deployments": [{"name": "a"}]}"#).unwrap();
        let request = table.read(Pairs::new(&buffer));
        assert_eq!(source.find(&request, &mut host).as_deref(), Some(&b"u-4711"[..]));
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(source.find(black_box(&request), &mut host)).is_some());
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("bucket");
    let salt = Salt::new("fraud");
    for size in [0, 8, 36, 256] {
        let key = vec![b'k'; size];
        group.bench_with_input(BenchmarkId::from_parameter(size), &key, |bencher, key| {
            bencher.iter(|| salt.bucket(black_box(key)));
        });
    }
}
