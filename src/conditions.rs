//! Conditions on headers: of the deployments that share host and path, the one whose conditions
//! hold and are the most.

use crate::by_bytes::ByBytes;
use crate::config;
use crate::fault::{Faults, Path};
use crate::pairs::Pairs;
use crate::token::header_name;

/// Room for what most groups look up, in bytes.
const USUAL_KEY: usize = 64;

/// Position of a deployment in the file.
pub type Position = usize;

/// A condition on the first line of a header.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Condition {
    name: Box<str>,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Test {
    Exact(Box<str>),
    Prefix(Box<str>),
    Present(bool),
}

impl Condition {
    /// Validates the configuration; None where that added faults.
    pub fn new(config: &config::HeaderMatch, at: &Path, faults: &mut Faults) -> Option<Self> {
        let name = header_name(&config.name, &at.key("name"), faults);
        let test = match (config.exact.as_deref(), config.prefix.as_deref(), config.present) {
            (Some(value), None, None) => Test::Exact(value.into()),
            (None, Some(""), None) => {
                faults.add(&at.key("prefix"), "is empty; `present` is for headers of any value");
                return None;
            }
            (None, Some(prefix), None) => Test::Prefix(prefix.into()),
            (None, None, Some(present)) => Test::Present(present),
            _ => {
                faults.add_lack(at, "needs one of `exact`, `prefix` and `present`");
                return None;
            }
        };
        Some(Self { name: name?, test })
    }
}

/// Deployments of one host and path, by their conditions.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    /// The first without any condition.
    unconditional: Option<Position>,
    /// The others, those with more conditions first.
    groups: Vec<Group>,
}

/// Candidates that look at the same parts of the same headers: one look-up finds the first of
/// those that find there what they want.
#[derive(Clone, Debug)]
struct Group {
    /// Names of headers and what is looked at, in the order of the conditions.
    parts: Vec<(Box<str>, Part)>,
    /// By what stands in these parts.
    positions: ByBytes<Position>,
}

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Value,
    /// The first bytes, as many.
    Start(usize),
    Presence,
}

impl Part {
    /// Of a header's value. None where the header is absent or too short.
    fn of(self, value: Option<&[u8]>) -> Option<&[u8]> {
        match self {
            Self::Value => value,
            Self::Start(length) => value?.get(..length),
            Self::Presence => value.map(|_| &[][..]),
        }
    }
}

impl Condition {
    /// What is looked at, and what has to stand there.
    fn wants(&self) -> (Part, Option<&[u8]>) {
        match &self.test {
            Test::Exact(value) => (Part::Value, Some(value.as_bytes())),
            Test::Prefix(prefix) => (Part::Start(prefix.len()), Some(prefix.as_bytes())),
            Test::Present(present) => (Part::Presence, present.then_some(&[])),
        }
    }
}

impl Candidates {
    /// Enters a deployment after all that stand before it in the file; its conditions are sorted.
    pub fn enter(&mut self, conditions: &[Condition], position: Position) {
        if conditions.is_empty() {
            self.unconditional.get_or_insert(position);
            return;
        }
        let (mut parts, mut key) = (Vec::with_capacity(conditions.len()), Vec::new());
        for condition in conditions {
            let (part, wanted) = condition.wants();
            parts.push((condition.name.clone(), part));
            add(&mut key, wanted);
        }
        if let Some(group) = self.groups.iter_mut().find(|group| group.parts == parts) {
            group.positions.insert(&key, position);
        } else {
            let place = self.groups.partition_point(|other| other.parts.len() >= parts.len());
            let mut positions = ByBytes::default();
            positions.insert(&key, position);
            self.groups.insert(place, Group { parts, positions });
        }
    }

    /// The first in precedence whose conditions hold.
    #[must_use]
    pub fn find(&self, headers: Pairs<'_>) -> Option<Position> {
        if self.groups.is_empty() {
            return self.unconditional;
        }
        let mut key = Vec::with_capacity(USUAL_KEY);
        // Groups that follow each other often look at the same header.
        let (mut known, mut value) = ("", None);
        let found = self.groups.iter().filter_map(|group| {
            key.clear();
            for (name, part) in &group.parts {
                if known != &**name {
                    (known, value) = (name, headers.get(name.as_bytes()));
                }
                add(&mut key, part.of(value));
            }
            Some((std::cmp::Reverse(group.parts.len()), *group.positions.get(&key)?))
        });
        found.min().map(|(_, position)| position).or(self.unconditional)
    }
}

/// Adds a part to a key so that no two lists of parts give the same key.
fn add(key: &mut Vec<u8>, part: Option<&[u8]>) {
    let Some(part) = part else { return key.push(0) };
    key.push(1);
    key.extend_from_slice(&part.len().to_le_bytes());
    key.extend_from_slice(part);
}
