//! The guard's configuration.

use std::time::Duration;

use bluegreen::config::{self, ConfigErrors, Path};
use bluegreen::rollback::guard::{Guard, Question, Threshold};

fn guard(json: &str) -> Result<Guard, Vec<String>> {
    let config: config::Guard =
        serde_json::from_str(json).map_err(|error| vec![error.to_string()])?;
    let mut errors = ConfigErrors::default();
    let found = Guard::new(&config, &Path::Root.key("guard"), &mut errors);
    assert_eq!(found.is_none(), errors.iter().next().is_some(), "{json}");
    found.ok_or_else(|| errors.iter().map(ToString::to_string).collect())
}

#[test]
fn an_empty_guard_is_the_default_that_the_documents_show() {
    let whole = r#"{"failures": {"status": ["5xx"], "grpc_status": [2, 4, 8, 13, 14, 15]},
        "margin": 2, "above": 5, "false_alarms": {"at_most": 0.001, "within": "30d"},
        "cooldown": "never"}"#;
    assert_eq!(guard("{}").unwrap(), guard(whole).unwrap());
    let guard = guard("{}").unwrap();
    assert_eq!(guard.failures.status[..], [(500, 599)]);
    assert_eq!((guard.cooldown, guard.slower_than_blue), (None, None));
}

#[test]
fn every_member_is_read() {
    let guard = guard(
        r#"{"failures": {"status": ["503", "4xx", "500-501"], "grpc_status": [1, 16],
             "response_header": "X-Model-Error", "slower_than": "1s", "slower_than_blue": 1.5},
            "margin": 0, "above": 0.5, "false_alarms": {"at_most": 0.01, "within": "1h"},
            "cooldown": "10m"}"#,
    );
    let guard = guard.unwrap();
    let threshold = Threshold::new(0.01, Duration::from_secs(3600), 2);
    assert_eq!(guard.question, Question { margin: 0.0, above: 0.005, threshold });
    assert_eq!(guard.slower_than_blue, Some(1.5));
    assert_eq!(guard.cooldown, Some(Duration::from_secs(600)));
    let failures = guard.failures;
    assert_eq!(failures.status[..], [(503, 503), (400, 499), (500, 501)]);
    assert_eq!(failures.grpc_status, 1 << 1 | 1 << 16);
    assert_eq!(failures.response_header.as_deref(), Some("x-model-error"));
    assert_eq!(failures.slower_than, Some(Duration::from_secs(1)));
}

#[test]
fn a_guard_by_which_nothing_fails_is_refused() {
    let nothing = r#"{"failures": {"status": [], "grpc_status": []}}"#;
    assert_eq!(guard(nothing).unwrap_err(), ["guard.failures: takes no answer for a failure"]);
    let slower = r#"{"failures": {"status": [], "grpc_status": [], "slower_than": "1s"}}"#;
    assert!(guard(slower).is_ok());
}

#[test]
fn what_has_another_form_is_refused() {
    for json in [
        r#"{"failure": {}}"#,
        r#"{"failures": {"codes": []}}"#,
        r#"{"failures": null}"#,
        r#"{"failures": {"slower_than": null}}"#,
        r#"{"failures": {"grpc_status": ["14"]}}"#,
        r#"{"false_alarms": []}"#,
        r#"{"margin": null}"#,
        r#"{"margin": "2"}"#,
    ] {
        assert!(guard(json).is_err(), "{json}");
    }
}

#[test]
fn what_cannot_be_is_refused_with_every_error_and_its_path() {
    let found = guard(
        r#"{"failures": {"status": ["6xx", "5x", "504-500", "200", ""], "grpc_status": [0, 17, 1.5],
             "response_header": "a b", "slower_than": "0s", "slower_than_blue": 1},
            "margin": 91, "above": 0, "false_alarms": {"at_most": 0, "within": "1s"},
            "cooldown": "always"}"#,
    );
    let no_status = r#"is no status such as "503", "5xx" or "500-504""#;
    let no_code = "is not between 1 and 16, where gRPC's failures are";
    let expected = [
        format!(r#"guard.failures.status[0]: "6xx" {no_status}"#),
        format!(r#"guard.failures.status[1]: "5x" {no_status}"#),
        format!(r#"guard.failures.status[2]: "504-500" {no_status}"#),
        format!(r#"guard.failures.status[4]: "" {no_status}"#),
        format!("guard.failures.grpc_status[0]: 0 {no_code}"),
        format!("guard.failures.grpc_status[1]: 17 {no_code}"),
        format!("guard.failures.grpc_status[2]: 1.5 {no_code}"),
        r#"guard.failures.response_header: "a b" cannot be the name of a header"#.to_owned(),
        r#"guard.failures.slower_than: "0s" is not a duration such as "500ms", from 1ms to 10 years"#.to_owned(),
        "guard.failures.slower_than_blue: 1 is not between 1.01 and 100".to_owned(),
        "guard.margin: 91 is not between 0 and 90".to_owned(),
        "guard.above: 0 is not between 0.1 and 90".to_owned(),
        "guard.false_alarms.at_most: 0 is not between 0.000000001 and 0.5".to_owned(),
        r#"guard.false_alarms.within: "1s" is not a duration such as "30d", from 1m to 10 years"#.to_owned(),
        r#"guard.cooldown: "always" is not a duration such as "10m", or "never", from 250ms to 10 years"#.to_owned(),
    ];
    assert_eq!(found.unwrap_err(), expected);
}
