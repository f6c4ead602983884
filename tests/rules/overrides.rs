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
        (vec![token(3_600, "")], None),
        (vec![token(3_631, "")], Some(Refusal::TooLong)),
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
fn clocks_may_differ_by_thirty_seconds() {
    let at = |expires: u64| signed(&format!("green;dep=fraud;exp={expires}"), SECRET);
    for (expires, expected) in [
        (NOW - 31, Some(Refusal::Expired)),
        (NOW - 30, Some(Refusal::Expired)),
        (NOW - 29, None),
        (NOW, None),
        (NOW + 3_630, None),
        (NOW + 3_631, Some(Refusal::TooLong)),
        (0, Some(Refusal::Expired)),
        (u64::MAX, Some(Refusal::TooLong)),
    ] {
        assert_eq!(refusal(&table(KEY), &[at(expires)]), expected, "{expires}");
    }
}

#[test]
fn one_signature_is_good_for_each_deployment_that_it_lists() {
    let of = |list: &str| signed(&format!("green;dep={list};exp={}", NOW + 60), SECRET);
    for (list, expected) in [
        ("fraud,churn", None),
        ("churn,fraud", None),
        (",fraud,", None),
        ("churn", Some(Refusal::WrongDeployment)),
        ("Fraud", Some(Refusal::WrongDeployment)),
        ("churn, fraud", Some(Refusal::WrongDeployment)),
        ("fraudchurn,fraud-eu", Some(Refusal::WrongDeployment)),
        ("", Some(Refusal::WrongDeployment)),
    ] {
        assert_eq!(refusal(&table(KEY), &[of(list)]), expected, "{list}");
    }
}

/// A host after a request, and the deployment that had it.
fn after(config: &str, path: &str, headers: &[(&str, &str)]) -> (FakeHost, Option<Reason>) {
    let table = configured(config).unwrap();
    let headers: Vec<_> = headers.iter().map(|(name, value)| header(name, value)).collect();
    let mut host = FakeHost::with_request(None, path, &headers);
    host.now = NOW * 1_000_000_000;
    let outcome = filter::on_request_headers(&table, &mut host).map(|outcome| {
        outcome.response.write(&mut host);
        outcome.decision.reason
    });
    (host, outcome)
}

const TWO: &str = r#"{"deployments": [
    {"name": "fraud", "match": {"path_prefix": "/fraud"}, "override": {"allow": "anyone", "forward": true}},
    {"name": "churn", "match": {"path_prefix": "/churn"}, "override": {"allow": "anyone", "header": "x-churn", "cookie": "try"}},
    {"name": "ham", "match": {"path_prefix": "/ham"}}]}"#;

#[test]
fn an_override_is_taken_off_where_no_deployment_and_where_one_without_overrides_serves() {
    let sent = [(HEADER, "green"), ("x-churn", "blue"), ("cookie", "a=1; try=green; b")];
    for (path, kept) in
        [("/ham", None), ("/other", None), ("/churn", None), ("/fraud", Some(HEADER))]
    {
        let (host, _) = after(TWO, path, &sent);
        for name in [HEADER, "x-churn"] {
            let is_left = !values(&host.request, name).is_empty();
            assert_eq!(is_left, kept == Some(name), "{path} {name}");
        }
        assert_eq!(values(&host.request, "cookie"), [b"a=1; b"], "{path}");
    }
}

#[test]
fn without_any_override_configured_nothing_of_a_client_is_touched() {
    let config = r#"{"deployments": [{"name": "a", "match": {"path": "/a"}}]}"#;
    let (host, _) = after(config, "/b", &[(HEADER, "green"), ("cookie", "try=green")]);
    assert_eq!((host.writes, values(&host.request, HEADER).len()), (0, 1));
}

#[test]
fn a_cookie_brings_a_token_with_its_escapes() {
    let config = format!(
        r#"{{"deployments": [{{"name": "fraud", "override": {{"keys": [{KEY}], "cookie": "try"}}}}]}}"#
    );
    let token = token(60, ";kid=ci");
    let escaped = token.replace(';', "%3b").replace('=', "%3D");
    let quoted = format!("\"{}\"", token.replace(';', "%3B"));
    for (cookies, is_accepted, refused) in [
        (vec![format!("a=1; try={escaped}")], true, None),
        (vec![format!("try={quoted}; a=1")], true, None),
        (vec![format!("try={escaped}; try={escaped}")], false, Some(Refusal::Repeated)),
        (vec![format!("try={escaped}"), format!("try={escaped}")], false, Some(Refusal::Repeated)),
        (vec!["try=yellow".into()], false, Some(Refusal::Malformed)),
        (vec!["try=green".into()], false, Some(Refusal::NotAllowed)),
        (vec![format!("tries={escaped}")], false, None),
    ] {
        let lines: Vec<_> = cookies.iter().map(|line| ("cookie", &line[..])).collect();
        let (host, reason) = after(&config, "/", &lines);
        assert_eq!(reason == Some(Reason::Override), is_accepted, "{cookies:?}");
        let counted: Vec<_> = refused.into_iter().map(Counter::OverrideRefused).collect();
        assert_eq!(host.counted, counted, "{cookies:?}");
        let private = values(&host.response, "cache-control");
        assert_eq!(private, if is_accepted { vec![&b"private"[..]] } else { vec![] });
        let left = values(&host.request, "cookie").concat();
        assert!(!left.starts_with(b"try="), "{cookies:?}: {}", left.escape_ascii());
    }
}

#[test]
fn the_header_beats_the_cookie_also_where_it_is_refused() {
    for (value, reason) in [("blue", Reason::Override), ("red", Reason::Random)] {
        let (host, found) = after(TWO, "/churn", &[("x-churn", value), ("cookie", "try=green")]);
        assert_eq!(found, Some(reason));
        assert_eq!(values(&host.request, "x-bluegreen-variant"), [b"blue"]);
        assert_eq!(host.counted.len(), usize::from(value == "red"));
    }
}

#[test]
fn a_cookie_that_is_forwarded_stays() {
    let config = r#"{"deployments": [{"name": "fraud", "override": {"allow": "anyone", "cookie": "try", "forward": true}}]}"#;
    for (cookie, left) in [("try=green; a=1", Some("try=green; a=1")), ("try=red", None)] {
        let (host, _) = after(config, "/", &[("cookie", cookie)]);
        let found = values(&host.request, "cookie");
        assert_eq!(found, left.map(str::as_bytes).into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn a_header_that_is_a_key_too_still_brings_an_override() {
    let config = r#"{"deployments": [{"name": "fraud", "sticky": {"keys": [{"header": "x-key"}]},
        "override": {"allow": "anyone", "header": "x-key"}}]}"#;
    let (host, reason) = after(config, "/", &[("x-key", "green")]);
    assert_eq!(reason, Some(Reason::Override));
    assert!(values(&host.request, "x-key").is_empty());
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
