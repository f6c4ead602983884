//! Overrides that are accepted, and those that are refused, each counted by its cause.

use bluegreen::decision::Reason;
use bluegreen::filter;
use bluegreen::metrics::{Counter, Refusal};
use bluegreen::table::Table;
use bluegreen_tests::environment::{self, configured};

use bluegreen_tests::fake_host::{FakeHost, header, values};
use bluegreen_tests::vectors::signed;

const HEADER: &str = "x-bluegreen-override";
const NOW: u64 = 1_800_000_000;
const SECRET: &[u8] = b"0123456789abcdef";
const KEY: &str = r#"{"id": "ci", "secret_base64": "MDEyMzQ1Njc4OWFiY2RlZg=="}"#;

fn table(key: &str) -> Table {
    let config = format!(
        r#"{{"deployments": [{{"name": "fraud", "override": {{"keys": [{key}], "max_age": "1h"}}}}]}}"#
    );
    configured(&config).unwrap()
}

/// The cause for which a request with these lines is refused its override; None if it has it.
fn refusal(table: &Table, lines: &[String]) -> Option<Refusal> {
    let lines: Vec<_> = lines.iter().map(|line| header(HEADER, line)).collect();
    let mut host = FakeHost::with_request(None, "/", &lines);
    host.now = NOW * 1_000_000_000;
    let reason = filter::on_request_headers(table, &mut host).unwrap().decision.reason;
    assert!(values(&host.request, HEADER).is_empty());
    match (reason, &host.counted[..]) {
        (Reason::Override, []) => None,
        (Reason::Random, [Counter::OverrideRefused(refusal)]) => Some(*refusal),
        other => panic!("{other:?}"),
    }
}

/// A message that is signed at an age, in seconds from now.
fn token(age: u64, more: &str) -> String {
    signed(&format!("green;dep=fraud;exp={}{more}", NOW + age), SECRET)
}

#[test]
fn each_cause_of_a_refusal_is_counted_by_its_name() {
    let cases = [
        (vec![token(60, "")], None),
        (vec![token(60, ";kid=ci")], None),
        (vec![token(60, ""), token(60, "")], Some(Refusal::Repeated)),
        (vec!["Green".to_owned()], Some(Refusal::Malformed)),
        (vec![String::new()], Some(Refusal::Malformed)),
        (vec![token(60, ";kid=ci;kid=ci")], Some(Refusal::Malformed)),
        (vec!["green".to_owned()], Some(Refusal::NotAllowed)),
        (
            vec![signed(&format!("green;dep=ham;exp={}", NOW + 60), SECRET)],
            Some(Refusal::WrongDeployment),
        ),
        (vec![token(0, "")], Some(Refusal::Expired)),
        (vec![token(3_600, "")], None),
        (vec![token(3_601, "")], Some(Refusal::TooLong)),
        (vec![token(60, ";kid=other")], Some(Refusal::UnknownKey)),
        (
            vec![signed(&format!("green;dep=fraud;exp={}", NOW + 60), b"another secret")],
            Some(Refusal::BadSignature),
        ),
    ];
    let table = table(KEY);
    for (lines, expected) in cases {
        assert_eq!(refusal(&table, &lines), expected, "{lines:?}");
    }
}

#[test]
fn a_time_with_a_sign_is_malformed() {
    for exp in [format!("+{}", NOW + 60), format!("-{}", NOW + 60), format!(" {}", NOW + 60)] {
        let line = signed(&format!("green;dep=fraud;exp={exp}"), SECRET);
        assert_eq!(refusal(&table(KEY), &[line]), Some(Refusal::Malformed), "{exp}");
    }
}

#[test]
fn what_is_longer_than_512_bytes_is_malformed_though_its_signature_is_good() {
    let of_length = |length: usize| {
        let bare = token(60, "").len();
        let zeros = "0".repeat(length - bare);
        let line = signed(&format!("green;dep=fraud;exp={zeros}{}", NOW + 60), SECRET);
        assert_eq!(line.len(), length);
        refusal(&table(KEY), &[line])
    };
    assert_eq!(of_length(512), None);
    assert_eq!(of_length(513), Some(Refusal::Malformed));
}

#[test]
fn a_secret_of_the_environment_is_its_bytes_whatever_they_are() {
    let (variable, bytes) = environment::SECRET;
    assert!(std::str::from_utf8(bytes).is_err() && bytes.ends_with(b"\n"));
    let table = table(&format!(r#"{{"id": "ci", "secret_env": "{variable}"}}"#));
    let message = format!("green;dep=fraud;exp={}", NOW + 60);
    assert_eq!(refusal(&table, &[signed(&message, bytes)]), None);
    let trimmed = bytes.trim_ascii();
    assert_eq!(refusal(&table, &[signed(&message, trimmed)]), Some(Refusal::BadSignature));
}
