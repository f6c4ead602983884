//! Finding the targeting key of a request, and its bucket.

use std::hint::black_box;

use bluegreen::config::{self, ConfigErrors, Path};
use bluegreen::filter;
use bluegreen::request::ValueNames;
use bluegreen::split::Salt;
use bluegreen::sticky::{Ignored, KeySource};
use bluegreen::wire::Pairs;
use criterion::{BatchSize, BenchmarkId, Criterion};
use serde_json::json;

use bluegreen_tests::environment::{Everything, configured};
use bluegreen_tests::fake_host::{FakeHost, header};
use bluegreen_tests::silent_host::SilentHost;

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("key");
    let (none, none_ignored) = ("other=1".to_owned(), Ignored::default());
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
        let buffer = host.encoded_headers();
        let table = configured(r#"{"deployments": [{"name": "a"}]}"#).unwrap();
        let request = table.read(Pairs::new(&buffer));
        let mut names = ValueNames::default();
        source.add_name(&mut names);
        let mut find = || {
            let mut values = request.values(&names, false);
            source.find(black_box(&request), &mut values, &none_ignored, &mut host)
        };
        assert_eq!(find().as_deref(), Some(&b"u-4711"[..]));
        group.bench_function(name, |bencher| bencher.iter(|| black_box(find()).is_some()));
    }
    group.finish();
    many_keys(criterion);

    let mut group = criterion.benchmark_group("bucket");
    let salt = Salt::new("fraud");
    for size in [0, 8, 36, 256] {
        let key = vec![b'k'; size];
        group.bench_with_input(BenchmarkId::from_parameter(size), &key, |bencher, key| {
            bencher.iter(|| salt.bucket(black_box(key)));
        });
    }
}

/// Keys that are all absent, of a request whose query or cookies are as long as Envoy lets them be.
fn many_keys(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("absent_keys_in_60_kb");
    let parameters = |separator: &str, name: &str| {
        let all: Vec<String> =
            (0..).map(|n| format!("{name}{}=v-{n}", n % 900 + 100)).take(5_000).collect();
        let text = all.join(separator);
        assert!((50_000..70_000).contains(&text.len()), "{}", text.len());
        text
    };
    for (kind, name, query, cookie) in [
        ("query", "user", parameters("&", "user"), String::new()),
        ("query", "escaped", parameters("&", "us%65r"), String::new()),
        ("cookie", "uid", String::new(), parameters(";", "user")),
    ] {
        let path = format!("/?{query}");
        let headers = [(":path", path.as_str()), ("cookie", cookie.as_str())];
        for amount in [1, 10, 100] {
            let keys: Vec<_> =
                (0..amount).map(|n| json!({(kind): format!("user-{n:02}")})).collect();
            let config = json!({"deployments": [{"name": "a", "sticky": {"keys": keys}}]});
            let table = configured(&config.to_string()).unwrap();
            group.bench_function(BenchmarkId::new(format!("{kind}_{name}"), amount), |bencher| {
                let setup = || SilentHost::with_request(&headers);
                let routine =
                    |host: &mut SilentHost| filter::on_request_headers(&table, host).is_some();
                bencher.iter_batched_ref(setup, routine, BatchSize::SmallInput);
            });
        }
    }
}
