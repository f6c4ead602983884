//! Weights are exact: another language's fractions made these vectors.

use bluegreen::split::{Bucket, Weight};
use bluegreen_tests::environment::configured;
use serde::Deserialize;
use wasm_bindgen_test::wasm_bindgen_test;

const WEIGHTS: &str = include_str!("../vectors/weights.json");

#[derive(Deserialize)]
struct Vectors {
    weights: Vec<Vector>,
    refused: Vec<String>,
}

#[derive(Deserialize)]
struct Vector {
    weight: String,
    threshold: String,
}

#[wasm_bindgen_test(unsupported = test)]
fn a_weight_holds_exactly_its_share_of_the_buckets() {
    let vectors: Vectors = serde_json::from_str(WEIGHTS).unwrap();
    for Vector { weight, threshold } in vectors.weights {
        let threshold: u128 = threshold.parse().unwrap();
        let parsed = Weight::from_percent(&weight).unwrap();
        let covers = |bucket: u128| u64::try_from(bucket).is_ok_and(|b| parsed.covers(Bucket(b)));
        assert!(threshold == 0 || covers(threshold - 1), "{weight} leaves out its last bucket");
        assert!(!covers(threshold), "{weight} takes a bucket too many");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_no_weight_is_refused() {
    let vectors: Vectors = serde_json::from_str(WEIGHTS).unwrap();
    for text in vectors.refused {
        let config = format!(r#"{{"deployments": [{{"name": "a", "green_weight": {text}}}]}}"#);
        assert!(configured(&config).is_err(), "{text}");
    }
}
