//! The decision vectors, and how a group of them is held against the filter.

use std::rc::Rc;

use bluegreen::filter::Filter;
use bluegreen::routing::Table;
use serde::Deserialize;
use serde_json::{Map, Value};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::fake_host::{FakeHost, Header, values};
use crate::metadata::{flag_path, property};

const DECISIONS: &str = include_str!("../vectors/decisions.json");

#[derive(Deserialize)]
struct Vectors {
    groups: Vec<Group>,
}

/// Cases under one configuration and one state of the metadata.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub name: String,
    config: Value,
    #[serde(default)]
    metadata: Map<String, Value>,
    pub cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    rule: String,
    request: Request,
    expect: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    #[serde(rename = "method")]
    _method: Option<String>,
    host: Option<String>,
    path: String,
    #[serde(default)]
    headers: Vec<(String, Bytes)>,
}

/// A text, or bytes in hex.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Bytes {
    Text(String),
    Hex { hex: String },
    Repeat { repeat: (String, usize) },
}

impl Bytes {
    pub fn to_vec(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Hex { hex } => (0..hex.len() / 2)
                .map(|byte| u8::from_str_radix(&hex[byte * 2..byte * 2 + 2], 16).unwrap())
                .collect(),
            Self::Repeat { repeat: (text, times) } => text.repeat(*times).into_bytes(),
        }
    }
}

impl Group {
    /// What the filter does otherwise than the vectors expect, one line a difference.
    pub fn differences(&self) -> Vec<String> {
        let table = match Table::from_json(self.config.to_string().as_bytes()) {
            Ok(table) => Rc::new(table),
            Err(faults) => return vec![format!("{}: refused: {faults}", self.name)],
        };
        let namespace = &self.config["rollback"]["namespace"];
        let namespace = namespace.as_str().unwrap_or("bluegreen");
        let properties: Vec<_> = (self.metadata.iter())
            .map(|(source, value)| (flag_path(source, namespace), property(value)))
            .collect();
        let run = |case: &Case| {
            let headers: Vec<Header> = (case.request.headers.iter())
                .map(|(name, value)| (name.to_ascii_lowercase().into(), value.to_vec()))
                .collect();
            let mut host =
                FakeHost::with_request(case.request.host.as_deref(), &case.request.path, &headers);
            host.properties.clone_from(&properties);
            let found = case.run(&table, &mut host);
            let unlike = move |(key, expected): (&String, &Value)| {
                (found[key] != *expected).then(|| {
                    format!("{}/{}: {key}: {} is not {expected}", self.name, case.rule, found[key])
                })
            };
            case.expect.iter().filter_map(unlike).collect::<Vec<_>>()
        };
        self.cases.iter().flat_map(run).collect()
    }
}

impl Case {
    /// What the filter does with the request, in the terms of `expect`.
    fn run(&self, table: &Rc<Table>, host: &mut FakeHost) -> Value {
        let mut filter = Filter::new(Rc::clone(table));
        let decided = filter.on_request_headers(host).map(|(name, decision)| {
            (name.to_owned(), decision.variant.as_str(), decision.reason.as_str())
        });
        filter.on_response_headers(host);
        let cookies = values(&host.response, "set-cookie");
        let issued = cookies.first().map(|cookie| {
            let cookie = std::str::from_utf8(cookie).unwrap();
            cookie.split_once('=').unwrap().0
        });
        serde_json::json!({
            "deployment": decided.as_ref().map(|(name, ..)| name),
            "variant": decided.as_ref().map(|(_, variant, _)| variant),
            "reason": decided.as_ref().map(|(.., reason)| reason),
            "tags": self.named("tags", &host.request),
            "response": self.named("response", &host.response),
            "issued_cookie": issued,
        })
    }

    /// The values of those headers that `expect` names under a key.
    fn named(&self, key: &str, headers: &[Header]) -> Value {
        let names = self.expect.get(key).and_then(Value::as_object).into_iter().flatten();
        let value = |name: &String| match values(headers, name)[..] {
            [] => Value::Null,
            [value] => String::from_utf8_lossy(value).into(),
            _ => "several".into(),
        };
        Value::Object(names.map(|(name, _)| (name.clone(), value(name))).collect())
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn decisions_are_those_of_the_vectors() {
    let vectors: Vectors = serde_json::from_str(DECISIONS).unwrap();
    let differences: Vec<_> = vectors.groups.iter().flat_map(Group::differences).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(vectors.groups.iter().map(|group| group.cases.len()).sum::<usize>() >= 150);
}
