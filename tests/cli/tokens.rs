//! The filter accepts what `sign` signs.

use std::process::{Command, Output};

use crate::program;

/// Runs the program with a secret in its environment.
fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(program::binary());
    command.args(arguments).env("BLUEGREEN_CLI_TEST", "0123456789abcdef").output().unwrap()
}

#[test]
fn a_signed_token_is_accepted_for_its_deployment_until_it_expires() {
    let folder = program::folder("tokens");
    let config = folder.join("routing.json");
    std::fs::write(
        &config,
        r#"{"deployments": [{"name": "fraud",
            "override": {"keys": [{"id": "ci", "secret_env": "BLUEGREEN_CLI_TEST"}]}}]}"#,
    )
    .unwrap();
    let run = |arguments: &[&str]| String::from_utf8(run(arguments).stdout).unwrap();
    let token = |deployment: &str| {
        let printed = run(&[
            "sign",
            "--deployment",
            deployment,
            "--key-id",
            "ci",
            "--secret-env",
            "BLUEGREEN_CLI_TEST",
            "--at",
            "2026-11-23T09:00:00Z",
        ]);
        let line = printed.lines().find_map(|line| line.strip_prefix("header  ")).unwrap();
        line.to_owned()
    };
    let reason = |header: &str, at: &str| {
        let config = config.to_str().unwrap();
        let text = run(&["explain", config, "-H", header, "--at", at, "--format", "json"]);
        let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
        answer["deployment"]["reason"].as_str().unwrap().to_owned()
    };
    let good = token("fraud");
    assert_eq!(reason(&good, "2026-11-23T09:30:00Z"), "override");
    assert_eq!(reason(&good, "2026-11-23T10:30:00Z"), "random");
    assert_eq!(reason(&token("churn"), "2026-11-23T09:30:00Z"), "random");
}

#[test]
fn a_secret_is_never_printed() {
    let output = Command::new(program::binary())
        .args(["sign", "--deployment", "fraud", "--secret-env", "BLUEGREEN_CLI_TEST"])
        .env("BLUEGREEN_CLI_TEST", "a secret of 25 characters")
        .output()
        .unwrap();
    assert!(output.status.success());
    let all = [output.stdout, output.stderr].concat();
    assert!(!String::from_utf8_lossy(&all).contains("a secret"));
}

#[test]
fn a_configuration_says_header_cookie_and_key_and_refuses_what_the_filter_would() {
    let folder = program::folder("configured-tokens");
    let config = folder.join("routing.json");
    std::fs::write(
        &config,
        r#"{"defaults": {"override": {"header": "x-try", "cookie": "try", "max_age": "2h",
                "keys": [{"id": "qa", "secret_env": "BLUEGREEN_CLI_TEST"}]}},
            "deployments": [
                {"name": "fraud", "match": {"hosts": ["fraud.example.com"]}},
                {"name": "churn", "match": {"hosts": ["churn.example.com"]}},
                {"name": "closed", "match": {"hosts": ["closed.example.com"]}, "override": null}]}"#,
    )
    .unwrap();
    let config = config.to_str().unwrap();
    let run = |arguments: &[&str]| {
        let output = run(arguments);
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    let sign = |more: &[&str]| run(&[&["sign", "--from", config], more].concat());
    let (code, printed) = sign(&["--deployment", "fraud,churn"]);
    assert_eq!(code, Some(0), "{printed}");
    for (carrier, start) in
        [("header", "x-try: green;dep=fraud,churn;"), ("cookie", "try=green%3B")]
    {
        let line = printed.lines().find_map(|line| line.strip_prefix(carrier)).unwrap();
        assert!(line.trim().starts_with(start), "{line}");
    }
    let header = printed.lines().find_map(|line| line.strip_prefix("header  ")).unwrap();
    for host in ["fraud.example.com", "churn.example.com"] {
        let (_, text) = run(&["explain", config, "--host", host, "-H", header, "--format", "json"]);
        let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer["deployment"]["reason"], "override", "{text}");
    }
    for (arguments, told) in [
        (&["--deployment", "fraud", "--expires-in", "3h"][..], "for more than 2h"),
        (&["--deployment", "fraud", "--key-id", "ci"], "accepts no key `ci`"),
        (&["--deployment", "closed"], "has no `override`"),
        (&["--deployment", "spam"], "no deployment is called `spam`"),
    ] {
        let (code, printed) = sign(arguments);
        assert_eq!(code, Some(2), "{printed}");
        assert!(printed.contains(told), "{printed}");
    }
}
