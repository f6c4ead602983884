//! The decision vectors, and how a group of them is held against the filter.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bluegreen::decision::Decision;
use bluegreen::filter;
use bluegreen::table::Table;
use bluegreen::variant::Variant;
use bluegreen::wire::{Property, PropertyPath};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::environment;
use crate::fake_host::{FakeHost, Header, header, values};
use crate::metadata::{all_attributes, all_properties};

/// Files of `tests/vectors/decisions`, which wasm32 cannot read when the tests run.
macro_rules! chapters {
    ($($name:literal),+ $(,)?) => {
        /// The chapters of the vectors: name and text.
        pub const CHAPTERS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../vectors/decisions/", $name, ".json")))),+];
    };
}

chapters! {
    "bucket_header", "conditions", "cookies", "defaults", "explain", "headers", "hosts", "keys",
    "matches", "max_green_weight", "mirror", "overrides", "paths", "peer", "pins", "ramps", "rollback",
    "rollback_paths", "sessions", "split_by_route", "tags", "weights",
}

/// All groups of all chapters.
pub fn all() -> Vec<Group> {
    groups().into_iter().map(|group| serde_json::from_value(group).unwrap()).collect()
}

/// The same as they are written, but each with its configuration in place of a name.
pub fn groups() -> Vec<Value> {
    CHAPTERS.iter().flat_map(|(_, text)| groups_of(text)).collect()
}

fn groups_of(text: &str) -> Vec<Value> {
    let mut chapter: Chapter = serde_json::from_str(text).unwrap();
    for group in &mut chapter.groups {
        if let Some(name) = group["config"].as_str() {
            group["config"] = chapter.configs[name].clone();
        }
    }
    chapter.groups
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chapter {
    /// Configurations that several groups have, by name.
    #[serde(default)]
    configs: Map<String, Value>,
    groups: Vec<Value>,
}

/// Cases under one configuration and one state of the metadata.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub name: String,
    config: Value,
    /// Owner to flag.
    #[serde(default)]
    metadata: Map<String, Value>,
    /// Owner to cap.
    #[serde(default)]
    caps: Map<String, Value>,
    /// Owner to further namespaces.
    #[serde(default)]
    filter_metadata: Map<String, Value>,
    /// Namespaces that other filters fill for a request.
    #[serde(default)]
    dynamic_metadata: Map<String, Value>,
    /// Seconds since the epoch.
    now: Option<u64>,
    /// URI of the peer's certificate.
    peer: Option<String>,
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
    method: Option<String>,
    host: Option<String>,
    path: String,
    #[serde(default)]
    headers: Vec<(String, Bytes)>,
    #[serde(default)]
    internal: bool,
    source_address: Option<String>,
}

/// A text, bytes in hex, or an override that is signed when it is sent.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Bytes {
    Text(String),
    Hex { hex: String },
    Repeat { repeat: (String, usize) },
    Signed { signed: String, secret: String, cookie: Option<String> },
}

impl Bytes {
    /// The bytes at a time, in seconds since the epoch.
    pub fn at(&self, now: u64) -> Vec<u8> {
        match self {
            Self::Signed { signed, secret, cookie: None } => sign(signed, secret, now).into_bytes(),
            Self::Signed { signed, secret, cookie: Some(name) } => {
                let value = sign(signed, secret, now).replace(';', "%3B").replace(',', "%2C");
                format!("{name}={value}").into_bytes()
            }
            Self::Text(text) => text.clone().into_bytes(),
            Self::Hex { hex } => (0..hex.len() / 2)
                .map(|byte| u8::from_str_radix(&hex[byte * 2..byte * 2 + 2], 16).unwrap())
                .collect(),
            Self::Repeat { repeat: (text, times) } => text.repeat(*times).into_bytes(),
        }
    }
}

/// Signs an override; `exp=+N` and `exp=-N` are relative to now.
fn sign(token: &str, secret: &str, now: u64) -> String {
    let absolute = |part: &str| match part.strip_prefix("exp=") {
        Some(offset) if offset.starts_with(['+', '-']) => {
            let end = offset.rfind(|c: char| !c.is_ascii_digit()).filter(|at| *at > 0);
            let (seconds, rest) = offset.split_at(end.unwrap_or(offset.len()));
            format!("exp={}{rest}", now.saturating_add_signed(seconds.parse().unwrap()))
        }
        _ => part.to_owned(),
    };
    let message = token.split(';').map(absolute).collect::<Vec<_>>().join(";");
    signed(&message, &BASE64_STANDARD.decode(secret).unwrap())
}

/// A message with its signature.
pub fn signed(message: &str, secret: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret).unwrap().chain_update(message);
    let mut digits = [0; 64];
    hex::encode_to_slice(mac.finalize().into_bytes(), &mut digits).unwrap();
    format!("{message};sig={}", std::str::from_utf8(&digits).unwrap())
}

impl Group {
    /// What the filter does otherwise than the vectors expect, one line a difference.
    pub fn differences(&self) -> Vec<String> {
        let table = match environment::configured(&self.config.to_string()) {
            Ok(table) => table,
            Err(errors) => return vec![format!("{}: refused: {errors}", self.name)],
        };
        let properties = self.properties();
        let run = |(case, has_lines): (&Case, bool)| {
            let mut host = self.host(&case.request, &properties);
            host.has_lines = has_lines;
            let found = case.run(&table, &mut host);
            let unlike = move |(key, expected): (&String, &Value)| {
                (found[key] != *expected).then(|| {
                    format!("{}/{}: {key}: {} is not {expected}", self.name, case.rule, found[key])
                })
            };
            // What does not say otherwise must not issue a cookie.
            let no_cookie = ("issued_cookie".to_owned(), Value::Null);
            let no_cookie = case.expect.get("issued_cookie").is_none().then_some(&no_cookie);
            (case.expect.iter())
                .chain(no_cookie.map(|(key, value)| (key, value)))
                .filter_map(unlike)
                .collect::<Vec<_>>()
        };
        // Hosts hand headers over in one form or the other.
        self.cases.iter().flat_map(|case| [(case, false), (case, true)]).flat_map(run).collect()
    }

    fn properties(&self) -> Vec<(PropertyPath, Property)> {
        let namespace = &self.config["rollback"]["namespace"];
        let namespace = namespace.as_str().unwrap_or("bluegreen");
        let mut owners = self.filter_metadata.clone();
        for (key, values) in [("rollback", &self.metadata), ("max_green_weight", &self.caps)] {
            for (owner, value) in values {
                let namespaces = owners.entry(owner).or_insert_with(|| json!({}));
                namespaces[namespace][key] = value.clone();
            }
        }
        let mut properties = Vec::new();
        for (source, namespaces) in &owners {
            for (name, members) in namespaces.as_object().unwrap() {
                properties.extend(all_properties(source, &[name], members));
            }
        }
        properties
    }

    fn attributes(&self) -> Vec<(PropertyPath, Vec<u8>)> {
        let mut attributes = Vec::new();
        for (name, members) in &self.dynamic_metadata {
            attributes.extend(all_attributes(&["metadata", "filter_metadata", name], members));
        }
        for (source, namespaces) in &self.filter_metadata {
            let object = format!("{source}_metadata");
            let root: &[&str] = match source.as_str() {
                "node" => &["xds", "node", "metadata"],
                _ => &["xds", &object, "filter_metadata"],
            };
            for (name, members) in namespaces.as_object().unwrap() {
                attributes.extend(all_attributes(&[root, &[name]].concat(), members));
            }
        }
        if let Some(uri) = &self.peer {
            let path = PropertyPath::new(&["connection", "uri_san_peer_certificate"]);
            attributes.push((path, uri.clone().into_bytes()));
        }
        attributes
    }

    fn host(&self, request: &Request, properties: &[(PropertyPath, Property)]) -> FakeHost {
        let now = self.now.unwrap_or(1_800_000_000);
        let mut headers: Vec<Header> = (request.headers.iter())
            .map(|(name, value)| (name.to_ascii_lowercase().into(), value.at(now)))
            .collect();
        if request.internal {
            headers.push(header("x-envoy-internal", "true"));
        }
        let mut host = FakeHost::with_request(request.host.as_deref(), &request.path, &headers);
        if let (Some(method), Some((_, value))) =
            (&request.method, host.request.iter_mut().find(|(name, _)| name == b":method"))
        {
            *value = method.clone().into_bytes();
        }
        host.now = now * 1_000_000_000;
        host.properties = properties.to_vec();
        host.attributes = self.attributes();
        if let Some(address) = &request.source_address {
            let is_v6 = address.contains(':');
            let address =
                if is_v6 { format!("[{address}]:4711") } else { format!("{address}:4711") };
            let path = PropertyPath::new(&["source", "address"]);
            host.attributes.push((path, address.into_bytes()));
        }
        host
    }
}

impl Case {
    /// What the filter does with the request, in the terms of `expect`.
    fn run(&self, table: &Table, host: &mut FakeHost) -> Value {
        let decided = filter::on_request_headers(table, host).map(|outcome| {
            outcome.response.write(host);
            let Decision { variant, reason } = outcome.decision;
            (outcome.deployment, variant.map(Variant::as_str), reason.as_str())
        });
        let cookies = values(&host.response, "set-cookie");
        let issued = match cookies[..] {
            [] => Value::Null,
            [cookie] => std::str::from_utf8(cookie).unwrap().split_once('=').unwrap().0.into(),
            _ => "several".into(),
        };
        json!({
            "deployment": decided.as_ref().map(|(name, ..)| name),
            "variant": decided.as_ref().map(|(_, variant, _)| variant),
            "reason": decided.as_ref().map(|(.., reason)| reason),
            "tags": self.named("tags", &host.request),
            "response": self.named("response", &host.response),
            "issued_cookie": issued,
            "filter_state": self.state(&host.filter_state),
        })
    }

    /// The filter state that `expect` names.
    fn state(&self, states: &[(String, String)]) -> Value {
        let names = self.expect.get("filter_state").and_then(Value::as_object);
        let value = |name: &String| {
            let set = states.iter().find(|(known, _)| known == name);
            (name.clone(), set.map_or(Value::Null, |(_, value)| value.clone().into()))
        };
        Value::Object(names.into_iter().flatten().map(|(name, _)| value(name)).collect())
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
