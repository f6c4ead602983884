//! Metadata values in the bytes that Envoy makes of them.

use bluegreen::host::{Property, PropertyPath};
use bluegreen::pairs::encode;
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

/// Where the filter looks for the flag of a source.
pub fn flag_path(source: &str, namespace: &str) -> PropertyPath {
    let object = format!("{source}_metadata");
    match source {
        "node" => PropertyPath::new(&["xds", "node", "metadata", namespace, "rollback"]),
        _ => PropertyPath::new(&["xds", &object, "filter_metadata", namespace, "rollback"]),
    }
}
