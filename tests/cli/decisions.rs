//! `explain` decides as the filter does: on the vectors that the filter passes in Envoy.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::{program, vectors};

/// Cases that no command line can say: bytes that are no text.
const MOST_LEFT_OUT: usize = 40;

#[test]
fn explain_agrees_with_the_filter_on_the_decision_vectors() {
    let folder = program::folder("decisions");
    let (mut run, mut left_out) = (0, 0);
    for (number, group) in vectors::groups().iter().enumerate() {
        let file = folder.join(format!("{number}.json"));
        std::fs::write(&file, group["config"].to_string()).unwrap();
        for case in group["cases"].as_array().unwrap() {
            let Some(arguments) = arguments(group, &case["request"]) else {
                left_out += 1;
                continue;
            };
            run += 1;
            let mut all = vec!["explain", file.to_str().unwrap(), "--format", "json"];
            all.extend(arguments.iter().map(String::as_str));
            let answer = program::json(&all, b"");
            assert_expected(case, &answer, &format!("{}: {all:?}", case["rule"]));
        }
    }
    assert!(run > 1_000 && left_out <= MOST_LEFT_OUT, "{run} run, {left_out} left out");
}

/// The request as a command line; None where it holds what is no text.
fn arguments(group: &Value, request: &Value) -> Option<Vec<String>> {
    let mut arguments = Vec::new();
    let mut add = |name: &str, value: String| arguments.push(format!("{name}={value}"));
    let now = group["now"].as_u64();
    if let Some(now) = now {
        add("--at", format!("@{now}"));
    }
    for name in ["host", "path", "method"] {
        if let Some(value) = request[name].as_str() {
            add(&format!("--{name}"), value.to_owned());
        }
    }
    for line in request["headers"].as_array().into_iter().flatten() {
        let name = line[0].as_str()?;
        let value = header_value(&line[1], now)?;
        // What a shell and HTTP would strip cannot be told apart.
        if value.trim() != value || value.contains('\0') {
            return None;
        }
        add("--header", format!("{name}: {value}"));
    }
    if request["internal"] == true {
        add("--internal", String::new());
    }
    if let Some(address) = request["source_address"].as_str() {
        let host = if address.contains(':') { format!("[{address}]") } else { address.to_owned() };
        add("--source-address", format!("{host}:4711"));
    }
    if let Some(peer) = group["peer"].as_str() {
        add("--peer", peer.to_owned());
    }
    let metadata = metadata(group);
    if !metadata.is_empty() {
        add("--metadata", Value::Object(metadata).to_string());
    }
    if let Some(dynamic) = group["dynamic_metadata"].as_object() {
        for (namespace, tree) in dynamic {
            for (path, value) in leaves(&["metadata", "filter_metadata", namespace], tree) {
                add("--attribute", format!("{}={value}", json!(path)));
            }
        }
    }
    // A switch has no value.
    Some(arguments.into_iter().map(|text| text.replace("--internal=", "--internal")).collect())
}

/// Source → namespace → struct.
fn metadata(group: &Value) -> Map<String, Value> {
    let namespace = group["config"]["rollback"]["namespace"].as_str().unwrap_or("bluegreen");
    let mut all = group["filter_metadata"].as_object().cloned().unwrap_or_default();
    for (member, key) in [("metadata", "rollback"), ("caps", "max_green_weight")] {
        for (source, value) in group[member].as_object().into_iter().flatten() {
            let of_source = all.entry(source).or_insert_with(|| json!({}));
            of_source[namespace][key] = value.clone();
        }
    }
    all
}

fn leaves(path: &[&str], tree: &Value) -> Vec<(Vec<String>, String)> {
    let below = |key: &str, value: &Value| leaves(&[path, &[key]].concat(), value);
    let list = |elements: &[Value]| {
        let elements = elements.iter().enumerate();
        elements.flat_map(|(index, value)| below(&index.to_string(), value)).collect()
    };
    match tree {
        Value::Object(members) => {
            members.iter().flat_map(|(key, value)| below(key, value)).collect()
        }
        Value::Array(elements) => list(elements),
        value => {
            let path = path.iter().map(|part| (*part).to_owned()).collect();
            bluegreen_tests::metadata::text(value).map(|text| (path, text)).into_iter().collect()
        }
    }
}

fn header_value(value: &Value, now: Option<u64>) -> Option<String> {
    if let Some(text) = value.as_str() {
        return Some(text.to_owned());
    }
    let token = value["signed"].as_str()?;
    let secret = BASE64_STANDARD.decode(value["secret"].as_str()?).unwrap();
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = now.unwrap_or(clock.as_secs());
    let shifted = |part: &str| {
        let after: i64 =
            part.strip_prefix("exp=").filter(|at| at.starts_with(['+', '-']))?.parse().ok()?;
        Some(format!("exp={}", now.checked_add_signed(after)?))
    };
    let token: Vec<String> =
        token.split(';').map(|part| shifted(part).unwrap_or_else(|| part.to_owned())).collect();
    let token = token.join(";");
    let mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
    let mut digits = [0; 64];
    let signature = mac.chain_update(token.as_bytes()).finalize().into_bytes();
    hex::encode_to_slice(signature, &mut digits).unwrap();
    let digits = String::from_utf8_lossy(&digits);
    let token = format!("{token};sig={digits}");
    Some(match value["cookie"].as_str() {
        Some(name) => format!("{name}={}", token.replace(';', "%3B").replace(',', "%2C")),
        None => token,
    })
}

fn assert_expected(vector: &Value, answer: &Value, case: &str) {
    let (expect, request) = (&vector["expect"], &vector["request"]);
    let decided = &answer["deployment"];
    for (key, found) in [("deployment", &decided["name"]), ("reason", &decided["reason"])] {
        if let Some(expected) = expect.get(key) {
            assert_eq!(found, expected, "{case}");
        }
    }
    if let Some(expected) = expect.get("variant") {
        let found = match decided["variant"].as_str() {
            Some("route") | None => &Value::Null,
            Some(_) => &decided["variant"],
        };
        assert_eq!(found, expected, "{case}");
    }
    let last = |list: &Value, name: &str| {
        let lines = list.as_array().unwrap().iter();
        lines.rev().find(|line| line["name"] == name).map(|line| line["value"].clone())
    };
    for (name, expected) in expect["tags"].as_object().into_iter().flatten() {
        let sent = || {
            let mut lines = request["headers"].as_array().into_iter().flatten();
            let is_named = |line: &&Value| line[0].as_str().unwrap().eq_ignore_ascii_case(name);
            lines.find(is_named).map(|line| line[1].clone()).unwrap_or_default()
        };
        // What was not written is as the client sent it.
        let found = last(&answer["request_headers"], name).unwrap_or_else(sent);
        // A token is signed anew in each run.
        if !found.is_object() {
            assert_eq!(&found, expected, "{case}: {name}");
        }
    }
    for (name, expected) in expect["response"].as_object().into_iter().flatten() {
        let found = last(&answer["response_headers"], name).unwrap_or_default();
        assert_eq!(&found, expected, "{case}: {name}");
    }
    for (name, expected) in expect["filter_state"].as_object().into_iter().flatten() {
        let found = last(&answer["filter_state"], &format!("wasm.{name}")).unwrap_or_default();
        assert_eq!(&found, expected, "{case}: {name}");
    }
}
