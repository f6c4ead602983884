//! Filter metadata in an encoding of the program's own: a letter for the type, then the value.

use bluegreen::config::MetadataSource;
use bluegreen::wire::{Pairs, Property, PropertyPath, Texts, Value as Typed, encode};
use serde_json::Value;

/// Where Envoy has the metadata of a source, below a namespace and keys: so warnings read as they do
/// in its log.
pub fn path_of(source: MetadataSource, path: &[&str]) -> PropertyPath {
    let root: &[&str] = match source {
        MetadataSource::VirtualHost => &["xds", "virtual_host_metadata", "filter_metadata"],
        MetadataSource::Route => &["xds", "route_metadata", "filter_metadata"],
        MetadataSource::Cluster => &["xds", "cluster_metadata", "filter_metadata"],
        MetadataSource::Listener => &["xds", "listener_metadata", "filter_metadata"],
        MetadataSource::Node => &["xds", "node", "metadata"],
    };
    PropertyPath::new(&[root, path].concat())
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

/// Reads a value of this encoding.
pub fn value(bytes: &[u8]) -> Typed<'_> {
    let Some((tag, rest)) = bytes.split_first() else { return Typed::Unreadable };
    match tag {
        b'b' => Typed::Bool(rest == [1]),
        b'n' => rest
            .try_into()
            .map_or(Typed::Unreadable, |number| Typed::Number(f64::from_le_bytes(number))),
        b't' => std::str::from_utf8(rest).map_or(Typed::Unreadable, Typed::Text),
        b'l' => Pairs::exact(rest).and_then(Texts::new).map_or(Typed::Unreadable, Typed::List),
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
