//! Buckets are frozen: another implementation of xxHash made these vectors.

use bluegreen::split::{Bucket, Salt};
use serde::Deserialize;
use wasm_bindgen_test::wasm_bindgen_test;

use bluegreen_tests::vectors::Bytes;

const BUCKETS: &str = include_str!("../vectors/buckets.json");

#[derive(Deserialize)]
struct Vector {
    salt: String,
    key: Bytes,
    bucket: String,
}

#[wasm_bindgen_test(unsupported = test)]
fn buckets_are_those_of_a_foreign_xxhash() {
    let vectors: Vec<Vector> = serde_json::from_str(BUCKETS).unwrap();
    assert!(vectors.len() >= 64);
    for Vector { salt, key, bucket } in vectors {
        let expected = u64::from_str_radix(bucket.trim_start_matches("0x"), 16).unwrap();
        assert_eq!(Salt::new(&salt).bucket(&key.at(0)), Bucket(expected), "{salt} {bucket}");
    }
}
