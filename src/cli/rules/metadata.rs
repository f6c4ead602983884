//! Filter metadata in an encoding of the program's own: a letter for the type, then the value.

use bluegreen::config::MetadataSource;
use bluegreen::decimal::Decimal;
use bluegreen::wire::{Pairs, Property, PropertyPath, Texts, Value as Typed, encode};
use serde_json::{Map, Value};

/// All that have metadata.
const SOURCES: [MetadataSource; 7] = [
    MetadataSource::VirtualHost,
    MetadataSource::Route,
    MetadataSource::Cluster,
    MetadataSource::Listener,
    MetadataSource::Node,
    MetadataSource::PerFilterConfig,
    MetadataSource::FilterState,
];

/// Where Envoy has the metadata of a source, below a namespace and keys: so warnings read as they do
/// in its log.
pub fn path_of(source: MetadataSource, path: &[&str]) -> PropertyPath {
    PropertyPath::new(&[root_of(source), path].concat())
}

fn root_of(source: MetadataSource) -> &'static [&'static str] {
    match source {
        MetadataSource::VirtualHost => &["xds", "virtual_host_metadata", "filter_metadata"],
        MetadataSource::Route => &["xds", "route_metadata", "filter_metadata"],
        MetadataSource::Cluster => &["xds", "cluster_metadata", "filter_metadata"],
        MetadataSource::Listener => &["xds", "listener_metadata", "filter_metadata"],
        MetadataSource::Node => &["xds", "node", "metadata"],
        MetadataSource::PerFilterConfig => &["per_filter_config"],
        MetadataSource::FilterState => &["filter_state"],
    }
}

/// The source as a configuration names it.
pub fn name_of(source: MetadataSource) -> String {
    source.to_string()
}

/// The value at a path, in the metadata of all sources.
pub fn find<'a>(all: &'a Map<String, Value>, path: &PropertyPath) -> Option<&'a Value> {
    let path = std::str::from_utf8(path.as_bytes()).ok()?;
    let segments: Vec<&str> = path.split('\0').collect();
    let (source, keys) = SOURCES
        .iter()
        .find_map(|source| Some((source, segments.strip_prefix(root_of(*source))?)))?;
    let mut keys = keys.iter();
    // A dot or a slash in a key is a part of it.
    keys.try_fold(all.get(&name_of(*source))?, |at, key| match at {
        Value::Object(members) => members.get(*key),
        Value::Array(elements) => elements.get(key.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Puts a value at a path, in place of what is in the way.
pub fn set(mut at: &mut Value, path: &[&str], value: Value) {
    for key in path {
        if !at.is_object() {
            *at = Map::new().into();
        }
        let Value::Object(members) = at else { return };
        at = members.entry(*key).or_insert(Value::Null);
    }
    *at = value;
}

/// A value as Envoy hands it out: an empty text is absent, and what holds a null is unreadable.
pub fn property(value: &Value) -> Property {
    match value {
        Value::String(text) if text.is_empty() => Property::Absent,
        value => bytes(value).map_or(Property::Unreadable, Property::Bytes),
    }
}

/// A value encoded; None for what holds a null.
pub fn bytes(value: &Value) -> Option<Vec<u8>> {
    let tagged = |tag: u8, rest: &[u8]| Some([&[tag], rest].concat());
    match value {
        Value::Null => None,
        Value::Bool(flag) => tagged(b'b', &[u8::from(*flag)]),
        Value::Number(number) => tagged(b'n', &number.as_str().parse::<f64>().ok()?.to_le_bytes()),
        Value::String(text) => tagged(b't', text.as_bytes()),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            let texts: Vec<_> = list.iter().filter_map(Value::as_str).collect();
            tagged(b'l', &encode(texts.iter().map(|text| (text.as_bytes(), &b""[..]))))
        }
        Value::Array(list) => {
            list.iter().map(bytes).collect::<Option<Vec<_>>>()?;
            tagged(b'u', b"a list")
        }
        // To Envoy it is the same as an empty list.
        Value::Object(members) if members.is_empty() => tagged(b'l', &encode([].into_iter())),
        Value::Object(members) => {
            let pairs = (members.iter())
                .map(|(name, value)| Some((name.as_bytes(), bytes(value)?)))
                .collect::<Option<Vec<_>>>()?;
            tagged(b's', &encode(pairs.iter().map(|(name, value)| (*name, value.as_slice()))))
        }
    }
}

/// A scalar as people write it; None for what has no such form.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => {
            Some(Decimal::from_f64(number.as_str().parse().ok()?)?.to_string())
        }
        Value::Null | Value::Array(_) | Value::Object(_) => None,
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
