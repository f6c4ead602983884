//! Requests of any bytes through the C boundary, `FUZZ_REQUESTS` of them. What the module reads
//! too late or too far is found by `AddressSanitizer` and by Miri.

use serde_json::{Value as Json, json};

use super::chance::Chance;
use super::fake_envoy::{FakeConfiguration, FakeRouteConfiguration, FakeStream};
use crate::clock;

/// So many requests are decided by one configuration, then there is another.
const REQUESTS_OF_A_CONFIGURATION: usize = 1_000;

const NAMES: [&[u8]; 16] = [
    b":authority",
    b":path",
    b":method",
    b"cookie",
    b"x-user-id",
    b"x-tenant",
    b"x-region",
    b"x-bluegreen-variant",
    b"x-bluegreen-cluster",
    b"x-bluegreen-mirror-cluster",
    b"x-bluegreen-bucket",
    b"x-bluegreen-override",
    b"x-bluegreen-explain",
    b"x-envoy-internal",
    b"accept",
    b"",
];

const VALUES: [&[u8]; 18] = [
    b"fraud.example.com",
    b"churn.example.com:8080",
    b"/v1/models/fraud?user=u%201&x=",
    b"/",
    b"",
    b"green",
    b"blue",
    b"true",
    b"uid=7; theme=dark",
    b"uid=\"",
    b"acme",
    b"eu-1",
    b"u-4711",
    b"green;dep=fraud;exp=99999999999;kid=ci;sig=00",
    b"[2001:db8::7]:4711",
    b"10.0.0.1:80",
    b"\xff\xfe",
    b"fraud, churn",
];

#[test]
fn no_request_breaks_the_boundary() {
    let usual = if cfg!(miri) { 300 } else { 20_000 };
    let requests = std::env::var("FUZZ_REQUESTS").map_or(usual, |count| count.parse().unwrap());
    let mut chance = Chance::new(20_261_127);
    let mut own = None;
    let mut configuration = FakeConfiguration::new(&configuration(&mut chance)).unwrap();
    let (mut tagged, mut changed) = (0_usize, 0_usize);
    for number in 0..requests {
        if number % REQUESTS_OF_A_CONFIGURATION == REQUESTS_OF_A_CONFIGURATION - 1 {
            configuration = FakeConfiguration::new(&self::configuration(&mut chance)).unwrap();
            own = FakeRouteConfiguration::new(&namespaces(&mut chance).to_string());
        }
        let mut stream = stream(&mut chance, own.as_ref());
        let before = stream.request.len();
        configuration.serve_and(&mut stream, |stream| answer(&mut chance, stream));
        if number % 100 == 0 {
            clock::strike();
        }
        let variants: Vec<_> =
            stream.request.iter().filter(|(name, _)| **name == *b"x-bluegreen-variant").collect();
        assert!(variants.len() <= 1 || stream.has_no_headers, "{variants:?}");
        tagged += variants.len();
        changed += usize::from(stream.request.len() != before);
    }
    println!("{requests} requests, {tagged} tagged, {changed} with other headers than before");
    assert!(tagged > requests / 20);
}

fn configuration(chance: &mut Chance) -> String {
    let mut sources = vec![json!("route"), json!("cluster"), json!("per_filter_config")];
    sources.extend([json!("filter_state"), json!({"in": "route", "path": ["release", "back"]})]);
    sources.push(json!({"in": "filter_state", "path": ["release", "back", "0"]}));
    sources.rotate_left(chance.below(6));
    sources.truncate(1 + chance.below(6));
    let metadata = ["metadata", "filter_metadata", "jwt", "sub"];
    let secret = "c2VjcmV0IG9mIHNpeHRlZW4gYnl0ZXM=";
    let keys = [
        json!({"header": "x-user-id"}),
        json!({"cookie": "uid"}),
        json!({"query": "user"}),
        json!({"property": metadata}),
        json!({"property": ["request", "headers", "x-tenant"]}),
        json!({"property": ["filter_state", "claim"]}),
        json!({"property": ["source", "port"]}),
        json!({"property": ["connection", "mtls"]}),
        json!({"source_address": true}),
    ];
    let keys: Vec<_> = (0..=chance.below(4)).map(|_| chance.pick(&keys).clone()).collect();
    let mut tags = json!({"response_header": "x-variant", "bucket_header": {}});
    if chance.one_in(2) {
        tags["blue"] = json!("omit");
        tags["filter_state"] = json!("variant");
    }
    let mut fraud = json!({
        "name": "fraud",
        "match": {"hosts": ["fraud.example.com"], "path_prefix": "/v1/models"},
        "clusters": {"blue": "fraud-blue", "green": "fraud-green"},
        "green_weight": chance.below(101),
        "sticky": {"keys": dedup(keys), "issue_cookie": {}},
        "mirror": {"percent": 50},
        "trust_tags_from": {"peer_prefix": "spiffe://"},
        "override": {"allow": "internal", "keys": [{"id": "ci", "secret_base64": secret}]},
    });
    if chance.one_in(2) {
        fraud["guard"] = json!({"failures": {"slower_than": "1s", "response_header": "x-failed"}});
    }
    if chance.one_in(3) {
        fraud["override"] = json!({"allow": "anyone", "forward": true});
    }
    let churn = json!({"name": "churn", "green_weight": 50, "match": {"headers": [
        {"name": "x-tenant", "exact": "acme"}]}});
    let rest = json!({"name": "rest", "green_weight": 10});
    json!({
        "deployments": [fraud, churn, rest],
        "rollback": {"sources": sources},
        "tags": tags,
        "explain": if chance.one_in(2) { "internal" } else { "override" },
    })
    .to_string()
}

fn dedup(keys: Vec<Json>) -> Vec<Json> {
    let mut unique: Vec<Json> = Vec::new();
    for key in keys {
        if !unique.contains(&key) {
            unique.push(key);
        }
    }
    unique
}

fn stream(chance: &mut Chance, own: Option<&FakeRouteConfiguration>) -> FakeStream {
    let mut lines = vec![line(chance, Some(b":authority")), line(chance, Some(b":path"))];
    let most = if chance.one_in(50) { 200 } else { 14 };
    for _ in 0..chance.below(most) {
        lines.push(line(chance, None));
    }
    let mut stream = FakeStream { request: lines, ..FakeStream::default() };
    stream.has_no_headers = chance.one_in(500);
    for _ in 0..chance.below(3) {
        let namespace = chance.pick(&[&b"bluegreen"[..], b"release", b"jwt", b""]).to_vec();
        let key = chance.pick(&[&b"rollback"[..], b"max_green_weight", b"back", b"sub"]).to_vec();
        let value = value(chance);
        let source = match chance.below(3) {
            0 => &mut stream.route,
            1 => &mut stream.cluster,
            _ => &mut stream.dynamic,
        };
        source.entry(namespace).or_default().insert(key, value);
    }
    if chance.one_in(3) {
        let name = chance.pick(&[&b"bluegreen"[..], b"release", b"claim"]).to_vec();
        let mut text = namespaces(chance).to_string().into_bytes();
        text.truncate(if chance.one_in(4) { chance.below(20) } else { text.len() });
        stream.filter_state.insert(name, text);
    }
    for attribute in [24, 25, 29, 37] {
        if chance.one_in(2) {
            stream.attributes.insert(attribute, chance.pick(&VALUES).to_vec());
        }
    }
    stream.route_configuration =
        own.filter(|_| chance.one_in(2)).map_or(0, FakeRouteConfiguration::address);
    stream
}

/// Any answer, and any end of it.
fn answer(chance: &mut Chance, stream: &mut FakeStream) {
    for (name, values) in [
        (&b":status"[..], &[&b"200"[..], b"500", b"504", b"9999", b""][..]),
        (b"x-envoy-upstream-service-time", &[b"3", b"99999999999", b"-1"]),
        (b"content-type", &[b"application/grpc", b"text/plain"]),
        (b"grpc-status", &[b"0", b"13", b"\xff"]),
        (b"content-length", &[b"0"]),
        (b"x-failed", &[b"1"]),
    ] {
        if chance.one_in(2) {
            stream.response.push((name.into(), chance.pick(values).to_vec().into()));
        }
    }
    if chance.one_in(3) {
        stream.response_trailers = vec![(b"grpc-status"[..].into(), b"14"[..].into())];
    }
    stream.breaks_off = chance.one_in(4);
    if chance.one_in(4) {
        let details = [&b"upstream_reset_before_response_started{overflow}"[..], b"", b"\xff"];
        stream.local_reply = Some(*chance.pick(&details));
    }
}

fn line(chance: &mut Chance, name: Option<&[u8]>) -> (Box<[u8]>, Box<[u8]>) {
    let name = name.unwrap_or_else(|| *chance.pick(&NAMES));
    let mut value = chance.pick(&VALUES).to_vec();
    if chance.one_in(4) {
        let (at, byte) = (chance.below(value.len() + 1), chance.next() as u8);
        value.insert(at, byte);
    }
    if chance.one_in(200) {
        value = value.repeat(200);
    }
    (name.into(), value.into())
}

fn namespaces(chance: &mut Chance) -> Json {
    json!({"bluegreen": {"rollback": value(chance)}, "release": {"back": value(chance)}})
}

fn value(chance: &mut Chance) -> Json {
    chance
        .pick(&[
            json!(true),
            json!(false),
            json!(0),
            json!(25.5),
            json!("fraud"),
            json!("no"),
            json!(""),
            json!(["fraud", "churn"]),
            json!([]),
            json!([1, "a"]),
            json!({"a": null}),
            json!(null),
            json!({}),
            json!("1e400"),
            json!("\u{1f600}"),
        ])
        .clone()
}
