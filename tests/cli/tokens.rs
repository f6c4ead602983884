//! The filter accepts what `sign` signs.

use std::process::Command;

use crate::program;

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
    let run = |arguments: &[&str]| {
        let output = Command::new(program::binary())
            .args(arguments)
            .env("BLUEGREEN_CLI_TEST", "0123456789abcdef")
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
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
