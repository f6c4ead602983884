//! Whatever a file holds, the program does not panic: it finds configurations or says why not.

use std::fmt::Write;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::program;

/// Manifests as people write them.
const MANIFESTS: [&str; 7] = [
    include_str!("manifests/anchors.yaml"),
    include_str!("manifests/block_scalars.yaml"),
    include_str!("manifests/bootstrap.yaml"),
    include_str!("manifests/helm.yaml"),
    include_str!("manifests/kubectl_list.json"),
    include_str!("manifests/others.yaml"),
    include_str!("manifests/tabs.yaml"),
];

const PIECES: [&str; 24] = [
    "\t",
    "\r\n",
    "\n---\n",
    "\n...\n",
    "&a ",
    "*a",
    "!!str ",
    "!<x> ",
    "|\n",
    ">-\n",
    "{",
    "}",
    "[",
    "]",
    ": ",
    "- ",
    "\"",
    "'",
    "\\u00",
    "#",
    "%YAML 9.9\n",
    "<<: *a\n",
    "\u{feff}",
    "{{ .Values.x }}",
];

fn checked(input: &[u8]) -> (Option<i32>, String, Value) {
    let output = program::run(&["check", "--format", "json", "-"], input);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code(), told, report)
}

#[test]
fn manifests_that_are_cut_and_mixed_do_not_make_it_panic() {
    let pieces = (any::<Index>(), any::<Index>(), any::<Index>());
    let strategy =
        (any::<Index>(), prop::collection::vec(pieces, 1..8)).prop_map(|(seed, edits)| {
            let mut text: Vec<char> = seed.get::<&str>(&MANIFESTS).chars().collect();
            for (piece, at, cut) in edits {
                let at = at.index(text.len() + 1);
                let end = (at + cut.index(40)).min(text.len());
                text.splice(at..end, piece.get::<&str>(&PIECES).chars());
            }
            text.into_iter().collect::<String>()
        });
    let mut runner = TestRunner::deterministic();
    for _ in 0..1_000 {
        let text = strategy.new_tree(&mut runner).unwrap().current();
        let (code, told, _) = checked(text.as_bytes());
        assert!(matches!(code, Some(0 | 1)), "{told}\n{text}");
    }
}

#[test]
fn line_ends_and_a_byte_order_mark_move_no_place() {
    let text = MANIFESTS[1];
    let place = |text: &str| {
        let (_, _, report) = checked(text.as_bytes());
        let findings = report["findings"].as_array().unwrap().iter();
        let places: Vec<_> =
            findings.map(|finding| (finding["line"].clone(), finding["column"].clone())).collect();
        assert!(!places.is_empty());
        places
    };
    let plain = place(text);
    assert_eq!(place(&text.replace('\n', "\r\n")), plain);
    assert_eq!(place(&format!("\u{feff}{text}")), plain);
}

#[test]
fn every_manifest_is_found_or_told_why_not() {
    let found = |text: &str| {
        let (_, told, report) = checked(text.as_bytes());
        assert_eq!(told, "");
        let configurations = report["configurations"].as_array().unwrap().len();
        let findings = report["findings"].as_array().unwrap();
        assert!(configurations > 0 || !findings.is_empty(), "{text}");
        let rules: Vec<_> =
            findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect();
        (configurations, rules)
    };
    let [anchors, block_scalars, bootstrap, helm, list, others, tabs] = MANIFESTS.map(found);
    assert_eq!(anchors, (2, vec![]));
    assert_eq!(block_scalars.0, 2);
    assert_eq!(bootstrap.0, 1);
    assert_eq!(helm.0, 1);
    assert!(helm.1.contains(&"unreadable".to_owned()), "{helm:?}");
    assert_eq!(list, (2, vec![]));
    assert_eq!(
        others,
        (0, vec!["passed-over".to_owned(), "passed-over".into(), "nothing-found".into()])
    );
    assert!(tabs.1.contains(&"unreadable".to_owned()) || tabs.0 == 1, "{tabs:?}");
}

#[test]
fn what_nests_or_repeats_without_end_is_told() {
    let deep = "[".repeat(100_000);
    let nested_json = format!("{{\"deployments\": {deep}{}}}", "]".repeat(100_000));
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let before = format!("*a{}, ", level - 1).repeat(9);
        writeln!(laughs, "a{level}: &a{level} [{before}]").unwrap();
    }
    laughs.push_str("deployments: *a29\n");
    let circle = "deployments: &a [*a]\n";
    for text in
        [deep.as_str(), &nested_json, &laughs, circle, "{---", "deployments: [? {a: b} : c]"]
    {
        let (code, told, report) = checked(text.as_bytes());
        assert_eq!(code, Some(1), "{told}");
        assert!(!report["findings"].as_array().unwrap().is_empty());
    }
}

#[test]
#[ignore = "takes a while"]
fn fifty_megabytes_are_read_or_refused_with_a_reason() {
    let deployment = |number: usize| {
        format!(
            "- name: model-{number}\n  match: {{path_prefix: /v1/models/model-{number}}}\n  \
             green_weight: 10\n"
        )
    };
    let mut text = "deployments:\n".to_owned();
    let mut number = 0;
    while text.len() < 50 << 20 {
        text.push_str(&deployment(number));
        number += 1;
    }
    let (code, told, report) = checked(text.as_bytes());
    // The filter refuses a text of more than 32 MiB.
    let has_findings = report["findings"].as_array().is_some_and(|found| !found.is_empty());
    assert!(code == Some(0) || (code == Some(1) && has_findings), "{told} {report}");
}

#[test]
fn a_closed_pipe_is_the_end_and_no_failure() {
    use std::io::Read;
    use std::process::{Command, Stdio};
    let mut child = Command::new(program::binary())
        .arg("schema")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 1];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty());
}
