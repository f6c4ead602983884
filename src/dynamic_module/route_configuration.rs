//! What a virtual host or a route configures for this filter (`typed_per_filter_config`): an
//! object of namespaces, as in `filter_metadata`.

use bluegreen::wire::Property;
use hashbrown::HashMap;
use serde_json::Value as Json;

use crate::abi::{self, Level};
use crate::values;

/// Such a configuration. The filter asks for whole namespaces most of all, so they are encoded.
#[derive(Debug)]
pub struct RouteConfiguration {
    namespaces: HashMap<Box<[u8]>, Property>,
    tree: Json,
}

impl RouteConfiguration {
    /// Reads one; None, and a line in the log, if it is no JSON object.
    pub fn new(text: &[u8]) -> Option<Self> {
        match serde_json::from_slice(text) {
            Ok(Json::Object(members)) => {
                let namespaces = members
                    .iter()
                    .map(|(name, json)| (name.as_bytes().into(), property(json)))
                    .collect();
                Some(Self { namespaces, tree: Json::Object(members) })
            }
            other => {
                let reason = other.err().map_or("is no object".to_owned(), |e| e.to_string());
                abi::log(Level::Error, &format!("typed_per_filter_config refused: {reason}"));
                None
            }
        }
    }

    /// What is at a path: a namespace and keys below it, with zero bytes between them.
    pub fn find(&self, path: &[u8]) -> Property {
        match self.namespaces.get(path) {
            Some(namespace) => namespace.clone(),
            None => find(&self.tree, path),
        }
    }
}

/// What a text that holds JSON has at a path.
pub fn find_in_text(text: &[u8], path: &[u8]) -> Property {
    match serde_json::from_slice(text) {
        Ok(tree) if path.is_empty() => property(&tree),
        Ok(tree) => find(&tree, path),
        Err(_) => Property::Unreadable,
    }
}

fn find(tree: &Json, path: &[u8]) -> Property {
    let mut found = Some(tree);
    for segment in path.split(|byte| *byte == 0) {
        let Ok(segment) = std::str::from_utf8(segment) else { return Property::Absent };
        found = match found {
            Some(Json::Object(members)) => members.get(segment),
            Some(Json::Array(list)) => segment.parse().ok().and_then(|at: usize| list.get(at)),
            _ => None,
        };
    }
    found.map_or(Property::Absent, property)
}

fn property(json: &Json) -> Property {
    values::from_json(json).map_or(Property::Unreadable, Property::Bytes)
}
