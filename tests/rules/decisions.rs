//! The decision vectors.

use bluegreen_tests::vectors::{self, Group};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test(unsupported = test)]
fn decisions_are_those_of_the_vectors() {
    let groups = vectors::all();
    let differences: Vec<_> = groups.iter().flat_map(Group::differences).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(groups.iter().map(|group| group.cases.len()).sum::<usize>() >= 1_113);
}
