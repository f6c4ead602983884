//! The rollback flag: filter metadata that xDS pushes, read on the way to green.

use std::hash::Hasher;

use twox_hash::XxHash64;

use crate::config::{self, Source};
use crate::fault::{Faults, Path};
use crate::host::{Host, Property, PropertyPath};
use crate::pairs::Pairs;
use crate::routing::Names;

const KEY: &str = "rollback";

/// Where flags are looked up. A flag in any of the sources suffices.
#[derive(Clone, Debug)]
pub struct Sources(Box<[PropertyPath]>);

impl Sources {
    /// Validates the configuration.
    pub fn new(config: &config::Rollback, path: &Path, faults: &mut Faults) -> Self {
        let namespace = config.namespace.as_str();
        if namespace.is_empty() || namespace.contains('\0') {
            faults.add_text(&path.key("namespace"), namespace, "cannot be a metadata namespace");
        }
        for (index, source) in config.sources.iter().enumerate() {
            if config.sources.iter().take(index).any(|earlier| earlier == source) {
                faults.add(&path.key("sources").index(index), "is listed before");
            }
        }
        Self(config.sources.iter().map(|source| property_path(*source, namespace)).collect())
    }

    /// Whether any source takes this deployment's green back. What cannot be read does.
    pub fn roll_back(&self, name: &str, all: &Names, host: &mut impl Host) -> bool {
        self.0.iter().any(|path| match host.property(path) {
            Property::Absent => false,
            Property::Bytes(value) => match Flag::read(&value) {
                Flag::Off => false,
                Flag::On => true,
                Flag::Deployments(names) => {
                    warn_of_unknown(&names, all, host);
                    names.iter().any(|flagged| flagged == name)
                }
                Flag::Unreadable => {
                    warn_of_unreadable(path, &value, host);
                    true
                }
            },
            Property::Unreadable => {
                warn_of_unreadable(path, b"", host);
                true
            }
        })
    }
}

fn property_path(source: Source, namespace: &str) -> PropertyPath {
    let object = match source {
        Source::VirtualHost => "virtual_host_metadata",
        Source::Route => "route_metadata",
        Source::Cluster => "cluster_metadata",
        Source::Listener => "listener_metadata",
        Source::Node => return PropertyPath::new(&["xds", "node", "metadata", namespace, KEY]),
    };
    PropertyPath::new(&["xds", object, "filter_metadata", namespace, KEY])
}

/// What a flag says.
#[derive(Clone, Copy, Debug)]
pub enum Flag<'a> {
    /// Nobody is rolled back.
    Off,
    /// All deployments are rolled back.
    On,
    /// The named deployments are rolled back.
    Deployments(Flagged<'a>),
    /// Not to be understood.
    Unreadable,
}

/// The deployments that a flag names.
#[derive(Clone, Copy, Debug)]
pub struct Flagged<'a> {
    text: &'a str,
    list: Pairs<'a>,
}

impl<'a> Flagged<'a> {
    /// The names, in the order written.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let texts = self.text.split(',').map(str::trim).filter(|name| !name.is_empty());
        texts.chain(self.list.iter().filter_map(|(name, _)| std::str::from_utf8(name).ok()))
    }
}

impl<'a> Flag<'a> {
    /// Reads the bytes of a metadata value, which do not tell its type: a boolean is one byte,
    /// a number eight, a list its elements as names of pairs, a text itself.
    #[must_use]
    pub fn read(value: &'a [u8]) -> Self {
        match value {
            [] | [0] => Self::Off,
            [1] => Self::On,
            _ => Self::read_text(value)
                .or_else(|| Self::read_number(value))
                .or_else(|| Self::read_list(value))
                .unwrap_or(Self::Unreadable),
        }
    }

    /// A keyword, a number as text, or names. None if the bytes are none of these.
    fn read_text(value: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(value).ok()?.trim();
        let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        if is(&["", "false", "no", "off"]) {
            return Some(Self::Off);
        }
        if is(&["true", "yes", "on"]) {
            return Some(Self::On);
        }
        // Envoy's YAML loader hands on fractions and large integers as texts.
        if text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
            && let Ok(number) = text.parse::<f64>()
        {
            return Some(Self::number(number));
        }
        let is_names = text.split(',').map(str::trim).all(|name| name.is_empty() || is_name(name));
        is_names.then_some(Self::Deployments(Flagged { text, list: Pairs::default() }))
    }

    fn read_number(value: &[u8]) -> Option<Self> {
        value.try_into().ok().map(|bytes| Self::number(f64::from_le_bytes(bytes)))
    }

    fn number(number: f64) -> Self {
        if number == 0.0 { Self::Off } else { Self::On }
    }

    fn read_list(value: &'a [u8]) -> Option<Self> {
        let list = Pairs::exact(value)?;
        let flagged = Flagged { text: "", list };
        if list.is_empty() {
            return Some(Self::Off);
        }
        let is_listed = |(name, value): (&[u8], &[u8])| {
            value.is_empty() && std::str::from_utf8(name).is_ok_and(is_name)
        };
        list.iter().all(is_listed).then_some(Self::Deployments(flagged))
    }
}

/// Whether a text has the form of a deployment's name: 1 to 64 of `A-Za-z0-9._-`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(legal)
}

fn warn_of_unreadable(path: &PropertyPath, value: &[u8], host: &mut impl Host) {
    host.warn_once(warning_key(path.as_bytes(), value), || {
        let place = path.as_bytes().escape_ascii().to_string().replace("\\x00", ".");
        let value = value.get(..value.len().min(64)).unwrap_or_default().escape_ascii();
        format!("rolled back: {place} holds a value that cannot be understood: \"{value}\"")
    });
}

fn warn_of_unknown(names: &Flagged<'_>, all: &Names, host: &mut impl Host) {
    for name in names.iter().filter(|name| !all.contains(*name)) {
        host.warn_once(warning_key(b"unknown", name.as_bytes()), || {
            format!("a rollback flag names \"{name}\", and no deployment is called so")
        });
    }
}

fn warning_key(kind: &[u8], value: &[u8]) -> u64 {
    let mut hash = XxHash64::with_seed(0);
    hash.write(kind);
    hash.write(&[0]);
    hash.write(value);
    hash.finish()
}
