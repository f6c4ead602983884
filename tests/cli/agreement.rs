//! `check` says of a configuration exactly what the filter says.

use bluegreen::config::MetadataSource;
use bluegreen::host::Environment;
use bluegreen::table::Table;
use bluegreen::wire::PropertyPath;
use bluegreen_tests::change::{apply, change};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::{program, vectors};

/// How many, unless `CLI_CONFIGURATIONS` says another number.
const GENERATED: usize = 10_000;
const BATCH: usize = 5_000;

/// A proxy that has every secret, and reads all that there is.
struct Proxy;

impl Environment for Proxy {
    fn secret(&self, _: &str) -> Option<Vec<u8>> {
        Some(vec![0; 32])
    }

    fn metadata(&self, source: MetadataSource, path: &[&str]) -> Option<PropertyPath> {
        Some(PropertyPath::new(&[&[&*source.to_string()], path].concat()))
    }

    fn attribute(&self, path: &[&str]) -> Option<PropertyPath> {
        Some(PropertyPath::new(path))
    }
}

fn errors_of_filter(config: &str) -> Vec<String> {
    let Err(errors) = Table::from_json(config.as_bytes(), &Proxy) else { return Vec::new() };
    let mut texts: Vec<_> = errors.iter().map(ToString::to_string).collect();
    let omitted = errors.count() - texts.len();
    if omitted > 0 {
        texts.push(format!("{omitted} more errors are not shown"));
    }
    texts.sort();
    texts
}

/// The errors in a report, by the number of the configuration, from 0 on.
fn errors_by_number(report: &Value, count: usize) -> Vec<Vec<String>> {
    let mut errors = vec![Vec::new(); count];
    for finding in report["findings"].as_array().unwrap() {
        if finding["rule"] != "configuration" {
            continue;
        }
        let number = finding["label"].as_str().unwrap().strip_prefix("configuration");
        let number = number.unwrap().trim().parse::<usize>().unwrap_or(1);
        let message = finding["message"].as_str().unwrap();
        errors[number - 1].push(match finding["path"].as_str() {
            Some(path) => format!("{path}: {message}"),
            None => message.to_owned(),
        });
        assert!(finding["line"].is_number() && finding["column"].is_number());
    }
    for errors in &mut errors {
        errors.sort();
    }
    errors
}

fn assert_agreement(configs: &[String]) -> usize {
    let input = configs.join("\n");
    let report = program::json(&["check", "--bare", "--format", "json", "-"], input.as_bytes());
    assert_eq!(report["configurations"].as_array().unwrap().len(), configs.len());
    let told = errors_by_number(&report, configs.len());
    let mut refused = 0;
    for (config, told) in configs.iter().zip(told) {
        let expected = errors_of_filter(config);
        refused += usize::from(!expected.is_empty());
        assert_eq!(told, expected, "{config}");
    }
    refused
}

fn good_configurations() -> Vec<Value> {
    let whole = serde_json::from_str(include_str!("../rules/whole.json")).unwrap();
    let configs = vectors::groups().into_iter().map(|group| group["config"].clone()).chain([whole]);
    configs.filter(|config| config.to_string().len() < 3_000).collect()
}

#[test]
fn check_agrees_with_the_filter_on_generated_configurations() {
    let good = good_configurations();
    let seeds = good.clone();
    let edited =
        (any::<Index>(), prop::collection::vec(change(), 0..5)).prop_map(move |(seed, changes)| {
            let mut config = seed.get::<Value>(&seeds).clone();
            for change in &changes {
                apply(change, &mut config, &seeds);
            }
            config.to_string()
        });
    let mut runner = TestRunner::deterministic();
    let wanted = std::env::var("CLI_CONFIGURATIONS").map(|number| number.parse().unwrap());
    let generated: usize = wanted.unwrap_or(GENERATED);
    let mut refused = 0;
    for _ in 0..generated / BATCH {
        let draw = |_| edited.new_tree(&mut runner).unwrap().current();
        let configs: Vec<String> = (0..BATCH).map(draw).collect();
        refused += assert_agreement(&configs);
    }
    // Neither all good nor all bad, or it would prove little.
    assert!((generated / 10..generated * 9 / 10).contains(&refused), "{refused} are refused");
}

/// The configurations in the tests of what is refused: raw texts of Rust.
fn refused_vectors() -> Vec<String> {
    let sources = [
        include_str!("../rules/refused.rs"),
        include_str!("../rules/refused_features.rs"),
        include_str!("../rules/refused_overrides.rs"),
    ];
    let literals = sources.iter().flat_map(|source| source.split("r#\"").skip(1));
    let texts = literals.filter_map(|rest| Some(rest.split_once("\"#")?.0.replace('\n', " ")));
    let mut configs: Vec<String> = texts
        .map(|text| {
            if text.trim_start().starts_with(['{', '[']) {
                text
            } else {
                format!(r#"{{"deployments": [{{"name": "a", {text}}}]}}"#)
            }
        })
        .filter(|config| serde_json::from_str::<Value>(config).is_ok())
        .collect();
    let weights: Value = serde_json::from_str(include_str!("../vectors/weights.json")).unwrap();
    let weights = weights["refused"].as_array().unwrap().iter().filter_map(Value::as_str);
    configs.extend(
        weights
            .map(|weight| {
                format!(r#"{{"deployments": [{{"name": "a", "green_weight": {weight}}}]}}"#)
            })
            .filter(|config| serde_json::from_str::<Value>(config).is_ok()),
    );
    configs
}

#[test]
fn check_agrees_with_the_filter_on_the_refused_vectors() {
    let configs = refused_vectors();
    assert!(configs.len() > 150, "{}", configs.len());
    assert!(assert_agreement(&configs) > 100);
}

#[test]
fn check_agrees_with_the_filter_on_what_is_no_json() {
    let folder = program::folder("no_json");
    let whole = include_str!("../rules/whole.json");
    let mut texts: Vec<String> = ["", " \n", "{", "{}}", "[]", "null", "5", "\"a\"", "{\"a\":}"]
        .into_iter()
        .map(str::to_owned)
        .collect();
    // Cut anywhere.
    let cuts = (0..whole.len()).step_by(97).filter_map(|end| whole.get(..end));
    texts.extend(cuts.map(str::to_owned));
    texts.push(whole.replace(',', ",,"));
    for (number, text) in texts.iter().enumerate() {
        let file = folder.join(format!("{number}.json"));
        std::fs::write(&file, text).unwrap();
        let file = file.to_str().unwrap();
        let report = program::json(&["check", "--bare", "--format", "json", file], b"");
        let told = errors_by_number(&report, 1);
        assert_eq!(told[0], errors_of_filter(text), "{text}");
    }
}

#[test]
fn a_configuration_is_the_same_in_every_form() {
    let bad = json!({
        "deployments": [
            {"name": "a b", "green_weight": 101, "x": null, "match": {"hosts": ["a:1", "*"]}},
            {"name": "c", "override": {"keys": [{"id": "k", "secret_env": "NOT_THERE"}]}},
        ],
        "explain": "maybe",
    });
    let text = bad.to_string();
    let forms = [
        json!({"apiVersion": "extensions.istio.io/v1alpha1", "kind": "TrafficExtension",
            "metadata": {"name": "bluegreen"}, "spec": {"wasm": {"pluginConfig": bad}}}),
        json!({"apiVersion": "extensions.istio.io/v1alpha1", "kind": "WasmPlugin",
            "metadata": {"name": "bluegreen"}, "spec": {"pluginConfig": bad}}),
        json!({"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "gateway.envoyproxy.io/v1alpha1", "kind": "EnvoyExtensionPolicy",
            "metadata": {"name": "x"}, "spec": {"wasm": [{"name": "bluegreen", "config": bad}]}}]}),
        json!({"resources": [{"@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
            "name": "x", "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
                "config": {"configuration": {
                    "@type": "type.googleapis.com/google.protobuf.StringValue", "value": text}}}}]}),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"},
            "data": {"envoy.yaml": format!("static_resources:\n  x:\n    '@type': a/\
                envoy.extensions.filters.http.wasm.v3.Wasm\n    config: {{configuration: {{value: '{text}'}}}}\n")}}),
    ];
    for form in forms {
        let report =
            program::json(&["check", "--format", "json", "-"], form.to_string().as_bytes());
        let findings = report["findings"].as_array().unwrap();
        let mut told: Vec<_> = (findings.iter())
            .filter(|finding| finding["rule"] == "configuration")
            .map(|finding| {
                let text = |key: &str| finding[key].as_str().unwrap().to_owned();
                format!("{}: {}", text("path"), text("message"))
            })
            .collect();
        told.sort();
        assert_eq!(told, errors_of_filter(&text), "{form}");
    }
}
