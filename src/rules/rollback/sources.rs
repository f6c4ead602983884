//! Where filter metadata says how far green may go: in the namespace of a source the keys
//! `rollback` and `max_green_weight`, or a flag at a path of its own.
//!
//! Absent is not the same as unreadable: what cannot be understood rolls everybody back.

use super::max_green_weight::max_green_weight;
use super::names::Names;
use super::reading::{Findings, GUARD, Reading};
use crate::bytes::ByteMap;
use crate::config::{self, ConfigErrors, Path, Source};
use crate::host::{Environment, Host};
use crate::split::Weight;
use crate::wire::{Property, PropertyPath};

const FLAG: &[u8] = b"rollback";
/// The key of a cap, which is a number and not a flag.
pub const MAX_GREEN_WEIGHT: &[u8] = b"max_green_weight";
/// Keys that people leave for each other beside a flag. They may hold anything.
pub const NOTES: [&[u8]; 4] = [b"by", b"reason", b"since", b"ticket"];

/// How far green of a deployment may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// 100 percent unless something says otherwise, 0 if green is rolled back.
    pub most: Weight,
    /// Whether somebody said so who could be understood, and not a value that could not.
    pub is_readable: bool,
    /// Whether the guard is told to begin anew.
    pub resets_guard: bool,
}

/// Where flags and maximum weights are looked up. If several are set, the lowest wins.
#[derive(Clone, Debug)]
pub struct Sources(Box<[Location]>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Location {
    /// A struct with a flag and a weight.
    Namespace(PropertyPath),
    /// A flag.
    Flag(PropertyPath),
}

impl Sources {
    /// How far green of a deployment may go.
    pub fn limit(&self, deployment: &str, all: &Names, host: &mut impl Host) -> Limit {
        let (mut lowest, mut findings) = (Weight::FULL, Findings::default());
        for place in &self.0 {
            let (Location::Namespace(path) | Location::Flag(path)) = place;
            let property = host.metadata(path);
            let found = &mut findings;
            let mut reading = Reading { path, deployment, all, host, found };
            let found = match (property, place) {
                (Property::Absent, _) => continue,
                (Property::Unreadable, _) => reading.unreadable(b"", b""),
                (Property::Bytes(value), Location::Flag(_)) => reading.flag(b"", &value),
                (Property::Bytes(value), Location::Namespace(_)) => namespace(&mut reading, &value),
            };
            lowest = lowest.min(found);
            if lowest == Weight::ZERO {
                break;
            }
        }
        findings.count(host);
        let Findings { is_unreadable, resets_guard, .. } = findings;
        Limit { most: lowest, is_readable: !is_unreadable, resets_guard }
    }

    /// Validates the configuration. What is wrong is left out.
    pub fn new(
        config: &config::Rollback,
        environment: &dyn Environment,
        path: &Path,
        errors: &mut ConfigErrors,
    ) -> Self {
        let namespace = config.namespace.as_str();
        if namespace.is_empty() || namespace.contains('\0') {
            errors.invalid(&path.key("namespace"), namespace, "is no metadata namespace");
        }
        let (mut places, at) = (Vec::new(), path.key("sources"));
        let mut seen = ByteMap::default();
        for (index, source) in config.sources.iter().enumerate() {
            if errors.is_full() {
                break;
            }
            let at_source = at.index(index);
            let Some(place) = Location::new(source, namespace, environment, &at_source, errors)
            else {
                continue;
            };
            let identity = place.identity();
            if let Some(earlier) = seen.get(&identity) {
                errors.duplicate(&at_source, &at.index(*earlier));
            } else {
                seen.insert(&identity, index);
                places.push(place);
            }
        }
        Self(places.into())
    }
}

fn namespace<H: Host>(reading: &mut Reading<'_, H>, value: &[u8]) -> Weight {
    let Some(members) = H::members(value) else { return reading.unreadable(b"", value) };
    let mut lowest = Weight::FULL;
    for (key, value) in members.iter() {
        lowest = lowest.min(match key {
            FLAG => reading.flag(FLAG, value),
            MAX_GREEN_WEIGHT => max_green_weight(H::value(value))
                .unwrap_or_else(|| reading.unreadable(MAX_GREEN_WEIGHT, value)),
            GUARD => {
                reading.guard(value);
                continue;
            }
            key => {
                if !NOTES.contains(&key) {
                    reading.unknown_key(key);
                }
                continue;
            }
        });
    }
    lowest
}

impl Location {
    /// Bytes that no other location has.
    fn identity(&self) -> Vec<u8> {
        match self {
            Self::Namespace(path) => [b"n", path.as_bytes()].concat(),
            Self::Flag(path) => [b"f", path.as_bytes()].concat(),
        }
    }

    fn new(
        config: &Source,
        namespace: &str,
        environment: &dyn Environment,
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Option<Self> {
        let (source, at, path) = match config {
            Source::Namespace(source) => (source.known(at, errors)?, *at, vec![namespace]),
            Source::Path(config) => {
                let path = PropertyPath::segments(&config.path, &at.key("path"), errors);
                let Some(source) = &config.source else {
                    errors.required(&at.key("in"));
                    return None;
                };
                (source.known(&at.key("in"), errors)?, *at, path?)
            }
        };
        let Some(path) = environment.metadata(source, &path) else {
            let path = path.join(".");
            // The source is named because it may be a default that nobody wrote.
            let reason = format!(
                "unsupported: this proxy cannot read \"{path}\" in the metadata of `{source}`"
            );
            errors.add(&at, reason);
            return None;
        };
        Some(match config {
            Source::Namespace(_) => Self::Namespace(path),
            Source::Path(_) => Self::Flag(path),
        })
    }
}
