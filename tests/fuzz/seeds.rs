//! Where inputs start from: the decision vectors.

use bluegreen::wire::encode;
use serde_json::{Map, Value};

use bluegreen_tests::fake_host::header;
use bluegreen_tests::metadata;
use bluegreen_tests::vectors;

const WHOLE: &str = include_str!("../rules/whole.json");

/// A configuration with every member that there is.
pub fn whole() -> Value {
    serde_json::from_str(WHOLE).unwrap()
}

/// Good configurations of no more than a screen.
pub fn configurations() -> Vec<Value> {
    let configs = vectors::groups().into_iter().map(|group| group["config"].clone());
    configs.filter(|config| config.to_string().len() < 3_000).chain([whole()]).collect()
}

/// Headers of requests as the host hands them over.
pub fn requests() -> Vec<Vec<u8>> {
    let groups = vectors::groups();
    let cases = groups.iter().flat_map(|group| group["cases"].as_array().unwrap());
    cases.map(|case| encoded(&case["request"])).filter(|buffer| buffer.len() < 3_000).collect()
}

fn encoded(request: &Value) -> Vec<u8> {
    let text = |key: &str| request[key].as_str();
    let pseudo = [
        (":authority", text("host")),
        (":path", text("path")),
        (":method", text("method").or(Some("GET"))),
    ];
    let pseudo = pseudo.into_iter().filter_map(|(name, value)| Some(header(name, value?)));
    let own = request["headers"].as_array().into_iter().flatten();
    let own = own.filter_map(|line| Some(header(line[0].as_str()?, line[1].as_str()?)));
    let internal = (request["internal"] == true).then(|| header("x-envoy-internal", "true"));
    let lines: Vec<_> = pseudo.chain(own).chain(internal).collect();
    encode(lines.iter().map(|(name, value)| (&name[..], &value[..])))
}

/// Namespaces with a flag or a cap, in the bytes that Envoy makes of them.
pub fn namespaces() -> Vec<Vec<u8>> {
    let groups = vectors::groups();
    let of = |key: &'static str, member: &'static str| {
        let owners = groups.iter().filter_map(move |group| group[key].as_object());
        owners
            .flat_map(Map::values)
            .map(move |value| Value::Object(Map::from_iter([(member.to_owned(), value.clone())])))
    };
    let both = serde_json::json!({"rollback": "other", "max_green_weight": 30, "note": "x"});
    let all = of("metadata", "rollback").chain(of("caps", "max_green_weight")).chain([both]);
    all.filter_map(|namespace| match metadata::property(&namespace) {
        bluegreen::wire::Property::Bytes(bytes) => Some(bytes),
        _ => None,
    })
    .collect()
}
