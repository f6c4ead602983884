//! Metadata values in the bytes that Envoy makes of them.

use bluegreen::host::{Property, PropertyPath};
use bluegreen::wire::encode;
use serde_json::Value;

/// The bytes of a value: a boolean one byte, a number eight, a text itself, a list and a struct
/// as pairs. An empty text is absent; what holds a null cannot be encoded.
pub fn property(value: &Value) -> Property {
    match value {
        Value::String(text) if text.is_empty() => Property::Absent,
        value => bytes(value).map_or(Property::Unreadable, Property::Bytes),
    }
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Null => None,
        Value::Bool(flag) => Some(vec![u8::from(*flag)]),
        Value::Number(number) => {
            Some(number.as_str().parse::<f64>().unwrap().to_le_bytes().to_vec())
        }
        Value::String(text) => Some(text.clone().into_bytes()),
        Value::Array(list) => {
            let names = list.iter().map(bytes).collect::<Option<Vec<_>>>()?;
            Some(encode(names.iter().map(|name| (&name[..], &b""[..]))))
        }
        Value::Object(members) => {
            let pairs = members
                .iter()
                .map(|(name, value)| Some((name.as_bytes(), bytes(value)?)))
                .collect::<Option<Vec<_>>>()?;
            Some(encode(pairs.iter().map(|(name, value)| (*name, &value[..]))))
        }
    }
}

/// Where Envoy has the metadata of an owner, below `segments`.
pub fn metadata_path(owner: &str, segments: &[&str]) -> PropertyPath {
    let object = format!("{owner}_metadata");
    let root: &[&str] = match owner {
        "node" => &["xds", "node", "metadata"],
        _ => &["xds", &object, "filter_metadata"],
    };
    PropertyPath::new(&[root, segments].concat())
}

/// A namespace of an owner that holds only a flag.
pub fn flag(owner: &str, value: &Value) -> (PropertyPath, Property) {
    let namespace = serde_json::json!({"rollback": value});
    (metadata_path(owner, &["bluegreen"]), property(&namespace))
}

/// Every value in a tree of metadata, each under its own path, as properties are asked for.
pub fn all_properties(root: &[&str], tree: &Value) -> Vec<(PropertyPath, Property)> {
    let mut found = vec![(PropertyPath::new(root), property(tree))];
    let children: Vec<(String, &Value)> = match tree {
        Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(k, v)| (k.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        found.extend(all_properties(&[root, &[&key]].concat(), child));
    }
    found
}
