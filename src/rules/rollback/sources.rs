//! Rollback: filter metadata that xDS pushes says how far green may go.
//!
//! In the namespace of an owner, `rollback` takes all of green back and `max_green_weight` caps
//! it. Absent is not the same as unreadable: what cannot be understood takes everybody back.

use std::hash::Hasher;
use std::slice::EscapeAscii;

use serde_json::Number;
use twox_hash::XxHash64;

use crate::bytes::ByBytes;
use crate::config::{self, Owner, Source};
use crate::config::{Faults, Path};
use crate::host::{Host, Property, PropertyPath};
use crate::metrics::Counter;
use crate::rollback::Flag;
use crate::split::{InvalidWeight, Weight};
use crate::wire::Pairs;
use crate::wire::Value;

const FLAG: &[u8] = b"rollback";
const CAP: &[u8] = b"max_green_weight";

/// Names of all deployments.
pub type Names = ByBytes<()>;

/// Where flags and caps are looked up. The lowest of all counts.
#[derive(Clone, Debug)]
pub struct Sources(Box<[Place]>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// A struct with a flag and a cap.
    Namespace(PropertyPath),
    /// A flag.
    Flag(PropertyPath),
}

impl Sources {
    /// How far green of a deployment may go: 100 percent unless something says otherwise.
    pub fn limit(&self, deployment: &str, all: &Names, host: &mut impl Host) -> Weight {
        let (mut limit, mut is_unreadable) = (Weight::FULL, false);
        for place in &self.0 {
            let (Place::Namespace(path) | Place::Flag(path)) = place;
            let is_unreadable = &mut is_unreadable;
            let mut reading = Reading { path, deployment, all, host, is_unreadable };
            let found = match (reading.host.property(path), place) {
                (Property::Absent, _) => continue,
                (Property::Unreadable, _) => reading.unreadable(b"", b""),
                (Property::Bytes(value), Place::Flag(_)) => reading.flag(&value),
                (Property::Bytes(value), Place::Namespace(_)) => reading.namespace(&value),
            };
            limit = limit.min(found);
            if limit == Weight::ZERO {
                break;
            }
        }
        if is_unreadable {
            host.count(Counter::RollbackUnreadable);
        }
        limit
    }

    /// Validates the configuration. What is at fault is left out.
    pub fn new(config: &config::Rollback, path: &Path, faults: &mut Faults) -> Self {
        let namespace = config.namespace.as_str();
        if namespace.is_empty() || namespace.contains('\0') {
            faults.add_text(&path.key("namespace"), namespace, "cannot be a metadata namespace");
        }
        let (mut places, at) = (Vec::new(), path.key("sources"));
        for (index, source) in config.sources.iter().enumerate() {
            let at = at.index(index);
            match Place::new(source, namespace, &at, faults) {
                Some(known) if places.contains(&known) => faults.add(&at, "is listed before"),
                place => places.extend(place),
            }
        }
        Self(places.into())
    }
}

impl Place {
    fn new(source: &Source, namespace: &str, at: &Path, faults: &mut Faults) -> Option<Self> {
        match source {
            Source::Namespace(owner) => {
                let root = metadata_of(owner.known(at, faults)?);
                Some(Self::Namespace(PropertyPath::new(&[root, &[namespace]].concat())))
            }
            Source::Path(config) => {
                let rest = PropertyPath::parse(&config.path, &at.key("path"), faults);
                let at = at.key("in");
                let Some(owner) = &config.owner else {
                    faults.add(&at, "is missing");
                    return None;
                };
                let root = metadata_of(owner.known(&at, faults)?);
                Some(Self::Flag(rest?.below(root)))
            }
        }
    }
}

fn metadata_of(owner: Owner) -> &'static [&'static str] {
    match owner {
        Owner::VirtualHost => &["xds", "virtual_host_metadata", "filter_metadata"],
        Owner::Route => &["xds", "route_metadata", "filter_metadata"],
        Owner::Cluster => &["xds", "cluster_metadata", "filter_metadata"],
        Owner::Listener => &["xds", "listener_metadata", "filter_metadata"],
        Owner::Node => &["xds", "node", "metadata"],
    }
}

/// What one source says of one deployment.
struct Reading<'a, H> {
    path: &'a PropertyPath,
    deployment: &'a str,
    all: &'a Names,
    host: &'a mut H,
    /// Set where something cannot be understood.
    is_unreadable: &'a mut bool,
}

impl<H: Host> Reading<'_, H> {
    fn namespace(&mut self, value: &[u8]) -> Weight {
        let Some(members) = Pairs::exact(value) else { return self.unreadable(b"", value) };
        let mut limit = Weight::FULL;
        for (key, value) in members.iter() {
            limit = limit.min(match key {
                FLAG => self.flag(value),
                CAP => self.cap(value),
                _ => {
                    self.warn(key, b"", || {
                        "is neither `rollback` nor `max_green_weight`".to_owned()
                    });
                    continue;
                }
            });
        }
        limit
    }

    fn flag(&mut self, value: &[u8]) -> Weight {
        let is_taken_back = match Flag::read(value, |text| self.all.get(text.as_bytes()).is_some())
        {
            Flag::Off => false,
            Flag::On => true,
            Flag::Deployments(names) => {
                let all = self.all;
                for unknown in names.iter().filter(|name| all.get(name.as_bytes()).is_none()) {
                    self.warn(FLAG, unknown.as_bytes(), || {
                        format!("names \"{unknown}\", and no deployment is called so")
                    });
                }
                names.iter().any(|name| name == self.deployment)
            }
            Flag::Unreadable => return self.unreadable(FLAG, value),
        };
        if is_taken_back { Weight::ZERO } else { Weight::FULL }
    }

    fn cap(&mut self, value: &[u8]) -> Weight {
        let cap = match Value::read(value) {
            Value::Text(text) if text.trim().is_empty() => return Weight::FULL,
            Value::Text(text) => Weight::from_percent(text.trim()),
            Value::Number(bits) => Number::from_f64(f64::from_bits(bits))
                .map_or(Err(InvalidWeight::NotANumber), |number| {
                    Weight::from_percent(number.as_str())
                }),
            Value::Bool(_) | Value::Pairs(_) | Value::Bytes(_) => {
                return self.unreadable(CAP, value);
            }
        };
        cap.unwrap_or_else(|_| self.unreadable(CAP, value))
    }

    fn unreadable(&mut self, key: &[u8], value: &[u8]) -> Weight {
        *self.is_unreadable = true;
        self.warn(key, value, || {
            let value = shown(value);
            format!("cannot be understood, so green is taken back: \"{value}\"")
        });
        Weight::ZERO
    }

    /// Warns once for each place and value, not for each request.
    fn warn(&mut self, key: &[u8], value: &[u8], message: impl FnOnce() -> String) {
        let mut hash = XxHash64::with_seed(0);
        for part in [self.path.as_bytes(), key, value] {
            hash.write(part);
            hash.write(&[0]);
        }
        let path = self.path;
        self.host.warn_once(hash.finish(), || {
            let dot = if key.is_empty() { "" } else { "." };
            format!("{path}{dot}{} {}", shown(key), message())
        });
    }
}

/// The start of what stands in the metadata, as a line of a log can hold it.
fn shown(bytes: &[u8]) -> EscapeAscii<'_> {
    bytes.get(..bytes.len().min(64)).unwrap_or_default().escape_ascii()
}
