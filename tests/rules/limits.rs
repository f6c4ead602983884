//! No configuration takes more time or memory than its length is worth.

use bluegreen_tests::environment::configured;
use bluegreen_tests::hostile::HOSTILE;
use bluegreen_tests::refusal::errors;

/// So large that what took time by the square of it would not end while anybody waits.
const SIZE: usize = 30_000;

#[test]
fn a_configuration_is_read_in_a_time_that_grows_as_its_length() {
    for hostile in &HOSTILE {
        let read = configured(&(hostile.text)(SIZE));
        assert_eq!(read.is_ok(), hostile.is_accepted, "{}: {:?}", hostile.name, read.err());
    }
}

#[test]
fn looking_for_errors_ends_with_the_hundredth() {
    for name in ["pins_that_are_all_wrong", "deployments_that_are_all_wrong"] {
        let hostile = HOSTILE.iter().find(|hostile| hostile.name == name).unwrap();
        let errors = configured(&(hostile.text)(SIZE)).unwrap_err();
        assert!(errors.is_full() && errors.iter().len() == 100, "{name}");
        assert!(errors.count() < 110, "{name}: {} were found", errors.count());
    }
}

#[test]
fn a_text_longer_than_32_mebibytes_is_refused_by_its_length_alone() {
    const MOST: usize = 32 << 20;
    let padded = |length: usize| {
        let config = r#"{"deployments": [{"name": "a"}]}"#;
        format!("{config}{}", " ".repeat(length - config.len()))
    };
    assert_eq!(errors(&padded(MOST)), [""; 0]);
    let found = errors(&padded(MOST + 1));
    let expected = "the configuration has 33554433 bytes, and 32 MiB (33554432 bytes) are the most";
    assert_eq!(found, [expected]);
    assert_eq!(errors(&format!("[{}1]", "1,".repeat(25_000_000))).len(), 1);
}

#[test]
fn what_multiplies_beyond_a_million_is_refused() {
    let config = |hosts: usize, paths: usize| {
        let hosts: Vec<String> = (0..hosts).map(|n| format!("\"h{n}\"")).collect();
        let paths: Vec<String> = (0..paths).map(|n| format!("\"/{n}\"")).collect();
        let (hosts, paths) = (hosts.join(","), paths.join(","));
        format!(
            r#"{{"deployments": [{{"name": "a", "match": {{"hosts": [{hosts}], "path": [{paths}]}}}}]}}"#
        )
    };
    assert_eq!(errors(&config(100, 100)), [""; 0]);
    let found = errors(&config(1025, 1024));
    assert!(
        found.len() == 1 && found[0].starts_with("deployments[0].match: is too much"),
        "{found:?}"
    );
}
