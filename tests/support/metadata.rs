//! Filter metadata in an encoding of its own: rules that read it know nothing of Envoy's.
//!
//! A letter tells the type, then come a byte, eight bytes little-endian, the text, or pairs.

use bluegreen::wire::{Pairs, Property, PropertyPath, Texts, Value as Typed, encode};
use serde_json::Value;

pub use crate::environment::metadata_path;

/// A value as the host hands it out. An empty text is absent; what holds a null cannot be encoded.
pub fn property(value: &Value) -> Property {
    match value {
        Value::String(text) if text.is_empty() => Property::Absent,
        value => bytes(value).map_or(Property::Unreadable, Property::Bytes),
    }
}

/// A value in the encoding of this host; None for what holds a null.
pub fn bytes(value: &Value) -> Option<Vec<u8>> {
    let tagged = |tag: u8, rest: &[u8]| Some([&[tag], rest].concat());
    match value {
        Value::Null => None,
        Value::Bool(flag) => tagged(b'b', &[u8::from(*flag)]),
        Value::Number(number) => {
            tagged(b'n', &number.as_str().parse::<f64>().unwrap().to_le_bytes())
        }
        Value::String(text) => tagged(b't', text.as_bytes()),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            let texts: Vec<_> = list.iter().filter_map(Value::as_str).collect();
            tagged(b'l', &encode(texts.iter().map(|text| (text.as_bytes(), &b""[..]))))
        }
        Value::Array(list) => {
            list.iter().map(bytes).collect::<Option<Vec<_>>>()?;
            tagged(b'u', b"a list")
        }
        // To Envoy, too, it is the same as an empty list.
        Value::Object(members) if members.is_empty() => tagged(b'l', &encode([].into_iter())),
        Value::Object(members) => {
            let pairs = members
                .iter()
                .map(|(name, value)| Some((name.as_bytes(), bytes(value)?)))
                .collect::<Option<Vec<_>>>()?;
            tagged(b's', &encode(pairs.iter().map(|(name, value)| (*name, &value[..]))))
        }
    }
}

/// Reads a value of this encoding.
pub fn value(bytes: &[u8]) -> Typed<'_> {
    let Some((tag, rest)) = bytes.split_first() else { return Typed::Unreadable };
    match tag {
        b'b' => Typed::Bool(rest == [1]),
        b'n' => rest
            .try_into()
            .map_or(Typed::Unreadable, |number| Typed::Number(f64::from_le_bytes(number))),
        b't' => std::str::from_utf8(rest).map_or(Typed::Unreadable, Typed::Text),
        b'l' => {
            Pairs::exact(rest).map_or(Typed::Unreadable, |pairs| Typed::List(Texts::new(pairs)))
        }
        b's' => Typed::Struct,
        _ => Typed::Unreadable,
    }
}

/// The members of a struct of this encoding.
pub fn members(bytes: &[u8]) -> Option<Pairs<'_>> {
    match bytes.split_first()? {
        (b's', rest) => Pairs::exact(rest),
        (b'l', rest) => Pairs::exact(rest).filter(|pairs| pairs.is_empty()),
        _ => None,
    }
}

/// A namespace of a source that holds only a flag.
pub fn flag(source: &str, value: &Value) -> (PropertyPath, Property) {
    let namespace = serde_json::json!({"rollback": value});
    (metadata_path(source, &["bluegreen"]), property(&namespace))
}

/// Every value in the metadata of a source, each under its own path, as paths are asked for.
pub fn all_properties(
    source: &str,
    segments: &[&str],
    tree: &Value,
) -> Vec<(PropertyPath, Property)> {
    let mut found = vec![(metadata_path(source, segments), property(tree))];
    let children: Vec<(String, &Value)> = match tree {
        Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(k, v)| (k.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        found.extend(all_properties(source, &[segments, &[&key]].concat(), child));
    }
    found
}

/// An attribute as people write it; None for what has no such form.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => {
            let number = number.as_str().parse::<f64>().unwrap();
            Some(bluegreen::decimal::Decimal::from_f64(number).unwrap().to_string())
        }
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Every value in a tree that can be an attribute, each under its own path.
pub fn all_attributes(path: &[&str], tree: &Value) -> Vec<(PropertyPath, Vec<u8>)> {
    let own = text(tree).map(|text| (PropertyPath::new(path), text.into_bytes()));
    let children: Vec<(String, &Value)> = match tree {
        Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(k, v)| (k.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    let below = children
        .into_iter()
        .flat_map(|(key, child)| all_attributes(&[path, &[&key]].concat(), child));
    own.into_iter().chain(below).collect()
}
