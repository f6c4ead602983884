//! Random tables against the naive oracle of tests/oracle, which is in another language.

use std::fs::File;
use std::io::{BufRead, BufReader};

use bluegreen_tests::vectors::Group;

const DECISIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/oracle/decisions.jsonl");

#[test]
#[ignore = "needs the oracle's decisions: make test-rules"]
fn decisions_are_those_of_the_oracle() {
    let mut decisions = 0;
    for line in BufReader::new(File::open(DECISIONS).unwrap()).lines() {
        let group: Group = serde_json::from_str(&line.unwrap()).unwrap();
        decisions += group.cases.len();
        let differences = group.differences();
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    }
    assert!(decisions >= 100_000, "only {decisions} decisions");
}
