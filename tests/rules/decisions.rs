//! The decision vectors.

use bluegreen_tests::vectors::{self, Group};
use wasm_bindgen_test::wasm_bindgen_test;

/// So many there are at least. Whoever takes one out says so here.
const GROUPS: usize = 307;
const CASES: usize = 1_362;

#[wasm_bindgen_test(unsupported = test)]
fn decisions_are_those_of_the_vectors() {
    let groups = vectors::all();
    let differences: Vec<_> = groups.iter().flat_map(Group::differences).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[wasm_bindgen_test(unsupported = test)]
fn no_vector_is_lost() {
    let groups = vectors::all();
    assert!(groups.len() >= GROUPS, "only {} groups", groups.len());
    let cases: usize = groups.iter().map(|group| group.cases.len()).sum();
    assert!(cases >= CASES, "only {cases} cases");
}

#[cfg(not(target_family = "wasm"))]
#[test]
fn every_chapter_of_the_vectors_is_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/decisions");
    let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
    let mut files: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    files.sort();
    let read: Vec<_> = vectors::CHAPTERS.iter().map(|(name, _)| format!("{name}.json")).collect();
    assert_eq!(files, read);
}
