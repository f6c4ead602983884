//! Buckets are frozen: another implementation of xxHash made these vectors.

use bluegreen::config::{self, ConfigErrors, Path};
use bluegreen::filter;
use bluegreen::host::Host;
use bluegreen::request::ValueNames;
use bluegreen::split::{Bucket, Salt, Weight};
use bluegreen::sticky::{Ignored, KeySource};
use bluegreen::variant::Variant;
use serde::Deserialize;
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

use bluegreen_tests::environment::{Everything, SECRET, configured};
use bluegreen_tests::fake_host::{FakeHost, header};
use bluegreen_tests::vectors::Bytes;

const BUCKETS: &str = include_str!("../vectors/buckets.json");
const JOINED: &str = include_str!("../vectors/joined.json");

#[derive(Deserialize)]
struct Vector {
    salt: String,
    key: Bytes,
    bucket: String,
}

#[derive(Deserialize)]
struct Joined {
    salt: String,
    parts: Vec<Bytes>,
    bucket: String,
}

fn bucket(digits: &str) -> Bucket {
    Bucket(u64::from_str_radix(digits.trim_start_matches("0x"), 16).unwrap())
}

#[wasm_bindgen_test(unsupported = test)]
fn buckets_are_those_of_a_foreign_xxhash() {
    let vectors: Vec<Vector> = serde_json::from_str(BUCKETS).unwrap();
    assert!(vectors.len() >= 64);
    for Vector { salt, key, bucket: expected } in vectors {
        assert_eq!(Salt::new(&salt).bucket(&key.at(0)), bucket(&expected), "{salt} {expected}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_key_of_several_parts_has_the_bucket_of_the_parts_with_a_zero_byte_between_them() {
    let vectors: Vec<Joined> = serde_json::from_str(JOINED).unwrap();
    assert!(vectors.len() >= 18);
    let table = configured(r#"{"deployments": [{"name": "a"}]}"#).unwrap();
    for Joined { salt, parts, bucket: expected } in vectors {
        let name = |index: usize| format!("x-part-{index}");
        let keys: Vec<_> = (0..parts.len()).map(|n| json!({"header": name(n)})).collect();
        let config: config::Key = serde_json::from_value(json!({"all": keys})).unwrap();
        let mut errors = ConfigErrors::default();
        let source = KeySource::new(&config, &Everything, &Path::Root, &mut errors).unwrap();
        let lines = parts.iter().enumerate();
        let lines = lines.map(|(n, part)| (name(n).into_bytes(), part.at(0))).collect();
        let mut host = FakeHost { request: lines, ..FakeHost::default() };
        let key = host.with_request_headers(|headers, host| {
            let (request, names) = (table.read(headers), ValueNames::default());
            let mut values = request.values(&names, false);
            let key = source.find(&request, &mut values, &Ignored::default(), host).unwrap();
            key.into_owned()
        });
        assert_eq!(Salt::new(&salt).bucket(&key), bucket(&expected), "{salt} {expected}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_salt_of_the_environment_is_its_bytes() {
    let sticky = json!({"keys": [{"header": "x-user"}], "salt_env": SECRET.0});
    let config = json!({"deployments": [{"name": "a", "green_weight": 50, "sticky": sticky}]});
    let table = configured(&config.to_string()).unwrap();
    let half = Weight::from_percent("50").unwrap();
    for user in (0..200).map(|n| format!("u{n}")) {
        let mut host = FakeHost::with_request(None, "/", &[header("x-user", &user)]);
        let found = filter::on_request_headers(&table, &mut host).unwrap().decision.variant;
        let is_green = half.covers(Salt::new(SECRET.1).bucket(user.as_bytes()));
        assert_eq!(found == Some(Variant::Green), is_green, "{user}");
    }
}
