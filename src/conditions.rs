//! Conditions on headers: of the deployments that share host and path, the one whose conditions
//! hold and are the most.

use hashbrown::HashMap;

use crate::config;
use crate::fault::{Faults, Path};
use crate::index::Position;
use crate::pairs::Pairs;
use crate::token::header_name;

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

    fn holds(&self, headers: Pairs<'_>) -> bool {
        let value = headers.get(self.name.as_bytes());
        match &self.test {
            Test::Exact(expected) => value == Some(expected.as_bytes()),
            Test::Prefix(prefix) => value.is_some_and(|value| value.starts_with(prefix.as_bytes())),
            Test::Present(present) => value.is_some() == *present,
        }
    }
}

/// Deployments of one host and path, by their conditions.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    /// The first without any condition.
    unconditional: Option<Position>,
    /// The others, by the headers whose values they want exactly.
    groups: Vec<Group>,
}

/// Candidates that want exact values of the same headers: one look-up finds those that get them.
#[derive(Clone, Debug)]
struct Group {
    /// Sorted.
    names: Vec<Box<str>>,
    /// By the values of these headers.
    candidates: HashMap<Box<[u8]>, Vec<Candidate>>,
}

#[derive(Clone, Debug)]
struct Candidate {
    /// Number of all its conditions, and its position: the order of precedence.
    conditions: usize,
    position: Position,
    /// The conditions that the look-up leaves open.
    open: Vec<Condition>,
}

impl Candidate {
    /// Smaller comes first.
    fn precedence(&self) -> (std::cmp::Reverse<usize>, Position) {
        (std::cmp::Reverse(self.conditions), self.position)
    }
}

impl Candidates {
    /// Enters a deployment; its conditions are sorted.
    pub fn enter(&mut self, conditions: &[Condition], position: Position) {
        if conditions.is_empty() {
            self.unconditional.get_or_insert(position);
            return;
        }
        let mut key = Vec::new();
        let (mut names, mut open) = (Vec::new(), Vec::new());
        for condition in conditions {
            match &condition.test {
                // A second value wanted of the same header is left open, and never holds.
                Test::Exact(value) if names.last() != Some(&condition.name) => {
                    names.push(condition.name.clone());
                    add_value(&mut key, Some(value.as_bytes()));
                }
                _ => open.push(condition.clone()),
            }
        }
        let candidate = Candidate { conditions: conditions.len(), position, open };
        if !self.groups.iter().any(|group| group.names == names) {
            self.groups.push(Group { names: names.clone(), candidates: HashMap::new() });
        }
        let group = self.groups.iter_mut().find(|group| group.names == names);
        let Some(group) = group else { return };
        let list = group.candidates.entry(key.into()).or_default();
        let place = list.partition_point(|other| other.precedence() < candidate.precedence());
        list.insert(place, candidate);
    }

    /// The first in precedence whose conditions hold.
    #[must_use]
    pub fn find(&self, headers: Pairs<'_>) -> Option<Position> {
        let found = self.groups.iter().filter_map(|group| group.find(headers));
        found
            .min_by_key(|found| found.precedence())
            .map_or(self.unconditional, |c| Some(c.position))
    }
}

impl Group {
    fn find(&self, headers: Pairs<'_>) -> Option<&Candidate> {
        let mut key = Vec::new();
        for name in &self.names {
            add_value(&mut key, headers.get(name.as_bytes()));
        }
        let list = self.candidates.get(&key[..])?;
        list.iter().find(|candidate| candidate.open.iter().all(|open| open.holds(headers)))
    }
}

/// Adds a value to a key so that no two lists of values give the same key.
fn add_value(key: &mut Vec<u8>, value: Option<&[u8]>) {
    let Some(value) = value else { return key.push(0) };
    key.push(1);
    key.extend_from_slice(&value.len().to_le_bytes());
    key.extend_from_slice(value);
}
