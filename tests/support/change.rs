//! Changes to good configurations, some of which make them bad.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

/// A change of one part of a configuration.
#[derive(Clone, Debug)]
pub enum Change {
    /// Another value in its place.
    Put(Index, Value),
    /// In its place what stands somewhere else in a good configuration.
    Graft(Index, Index, Index),
    /// Gone.
    Drop(Index),
    /// Twice, where it is in a list.
    Repeat(Index),
}

pub fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<Index>(), value()).prop_map(|(at, value)| Change::Put(at, value)),
        any::<[Index; 3]>().prop_map(|[at, config, from]| Change::Graft(at, config, from)),
        any::<Index>().prop_map(Change::Drop),
        any::<Index>().prop_map(Change::Repeat),
    ]
}

/// Values at the edge of what some member may have.
fn value() -> impl Strategy<Value = Value> {
    let long = "a".repeat(64);
    let texts = [
        "",
        " ",
        "a",
        "A",
        "host",
        "te",
        "x-user",
        "green",
        "blue",
        "/",
        "/a:b",
        "/a?b",
        "/a%3Ab",
        "/a-",
        "GET",
        "*.a.b",
        "a.b.",
        "[::1]",
        "::1",
        "1::2.3.4.5",
        "a:80",
        "30d",
        "1 h 5m",
        "1.5h",
        "0",
        "0s",
        "1M1y",
        "500ms",
        "400d",
        "soon",
        "never",
        "internal",
        "anyone",
        "route",
        "filter",
        "none",
        "lax",
        "linear",
        "last",
        "first",
        "omit",
        "override",
        "node",
        "cluster",
        "session",
        "connection",
        "percent",
        "uuid_v7",
        "ulid",
        "private",
        ".a.example",
        "10.0.0.1",
        "__Host-x",
        "__http-x",
        "__Secure-x",
        "2026-01-01T00:00:00Z",
        "2026-01-01 00:00:00.5+01:00",
        "1969-01-01T00:00:00Z",
        "\u{0}",
        "ä",
        "MDEyMzQ1Njc4OWFiY2RlZg==",
        "PATH",
        &long,
    ];
    let numbers = [
        "0",
        "-0",
        "1",
        "-1",
        "33.3",
        "100",
        "100.0",
        "1e2",
        "1.0e-2",
        "100.00000000000000001",
        "101",
        "10000",
        "10001",
        "1e400",
        "0e400",
        "18446744073709551616",
        "-1e-400",
    ];
    let others = ["null", "true", "false", "[]", "{}"];
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let all: Vec<Value> = (texts.iter().map(|text| json!(text)))
        .chain(numbers.iter().chain(&others).map(|text| json(text)))
        .collect();
    select(all)
}

/// Pointers to all parts of a value but the whole.
fn pointers(value: &Value, at: &str) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(k, v)| (k.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    let below = |(key, child): (String, &Value)| {
        let at = format!("{at}/{key}");
        [vec![at.clone()], pointers(child, &at)].concat()
    };
    children.into_iter().flat_map(below).collect()
}

/// Applies a change to a configuration; `good` is where grafts come from.
pub fn apply(change: &Change, config: &mut Value, good: &[Value]) {
    let all = pointers(config, "");
    if all.is_empty() {
        return;
    }
    let (Change::Put(at, _) | Change::Graft(at, ..) | Change::Drop(at) | Change::Repeat(at)) =
        change;
    let at = at.get(&all[..]);
    let (parent, key) = at.rsplit_once('/').unwrap();
    match change {
        Change::Put(_, value) => *config.pointer_mut(at).unwrap() = value.clone(),
        Change::Graft(_, other, from) => {
            let other = other.get(good);
            // Only what stands under the same key has a chance to fit.
            let mut fitting = pointers(other, "");
            fitting.retain(|pointer| pointer.ends_with(&format!("/{key}")));
            if !fitting.is_empty() {
                *config.pointer_mut(at).unwrap() =
                    other.pointer(from.get::<String>(&fitting)).unwrap().clone();
            }
        }
        Change::Drop(_) => match config.pointer_mut(parent).unwrap() {
            Value::Object(members) => drop(members.remove(key)),
            Value::Array(list) => drop(list.remove(key.parse().unwrap())),
            _ => {}
        },
        Change::Repeat(_) => {
            let part = config.pointer(at).unwrap().clone();
            if let Value::Array(list) = config.pointer_mut(parent).unwrap() {
                list.push(part);
            }
        }
    }
}
