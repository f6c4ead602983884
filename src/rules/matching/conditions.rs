//! Conditions on headers: of the deployments that share host and path, the one whose conditions
//! hold and are the most.

use std::cmp::Reverse;
use std::ptr;

use crate::bytes::{self, ByteMap};
use crate::config::{self, ConfigErrors, Path, header_name};
use crate::wire::{Lengths, Pairs};

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
    /// Validates the configuration; None where that added errors.
    pub fn new(config: &config::HeaderMatch, at: &Path, errors: &mut ConfigErrors) -> Option<Self> {
        let name = header_name(&config.name, &at.key("name"), errors);
        let test = match (config.exact.as_deref(), config.prefix.as_deref(), config.present) {
            (Some(value), None, None) => Test::Exact(value.into()),
            (None, Some(""), None) => {
                errors.add(&at.key("prefix"), "is empty; `present` is for headers of any value");
                return None;
            }
            (None, Some(prefix), None) => Test::Prefix(prefix.into()),
            (None, None, Some(present)) => Test::Present(present),
            _ => {
                errors.required_keys(at, "exactly one of `exact`, `prefix`, `present`");
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
    conditional: Option<Box<Conditional>>,
}

/// Deployments with conditions, by the first header that has to be there: of any number of names
/// only those are looked at that the request has.
#[derive(Clone, Debug, Default)]
struct Conditional {
    lengths: Lengths,
    by_name: ByteMap<Vec<Group>>,
    /// Those that only want headers not to be there.
    by_absence: Vec<Group>,
}

/// Candidates that look at the same parts of the same headers: one look-up finds the first of
/// those that find there what they want.
#[derive(Clone, Debug)]
struct Group {
    /// Names of headers and what is looked at, in the order of the conditions.
    parts: Vec<(Box<str>, Part)>,
    /// By the values of these parts.
    positions: ByteMap<Position>,
}

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Value,
    /// The first bytes, as many.
    Prefix(usize),
    Presence,
}

impl Part {
    /// Of a header's value. None where the header is absent or too short.
    fn of(self, value: Option<&[u8]>) -> Option<&[u8]> {
        match self {
            Self::Value => value,
            Self::Prefix(length) => value?.get(..length),
            Self::Presence => value.map(|_| &[][..]),
        }
    }
}

impl Condition {
    /// What is looked at, and what has to stand there.
    fn wants(&self) -> (Part, Option<&[u8]>) {
        match &self.test {
            Test::Exact(value) => (Part::Value, Some(value.as_bytes())),
            Test::Prefix(prefix) => (Part::Prefix(prefix.len()), Some(prefix.as_bytes())),
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
        let conditional = self.conditional.get_or_insert_default();
        let enter = |groups: &mut Vec<Group>| Group::enter(groups, conditions, position);
        let is_there = |condition: &&Condition| condition.wants().1.is_some();
        match conditions.iter().find(is_there).map(|condition| condition.name.as_bytes()) {
            Some(name) => {
                conditional.lengths = conditional.lengths.or(Lengths::of(name));
                conditional.by_name.update(name, enter);
            }
            None => enter(&mut conditional.by_absence),
        }
    }

    /// The first in precedence whose conditions hold.
    #[must_use]
    pub fn find(&self, headers: Pairs<'_>) -> Option<Position> {
        match &self.conditional {
            Some(conditional) => conditional.find(headers).or(self.unconditional),
            None => self.unconditional,
        }
    }
}

impl Conditional {
    #[inline(never)] // So that where there are no conditions, next to nothing is left.
    fn find(&self, headers: Pairs<'_>) -> Option<Position> {
        let mut key = Vec::with_capacity(USUAL_KEY);
        let names = headers.of_lengths(self.lengths);
        names
            .filter_map(|(name, value)| {
                let groups = self.by_name.get(name)?;
                // Of several lines the first counts, for all groups.
                let is_first = headers.get(name).is_some_and(|first| ptr::eq(first, value));
                is_first.then(|| groups.iter().map(move |group| (group, Some((name, value)))))
            })
            .flatten()
            .chain(self.by_absence.iter().map(|group| (group, None)))
            .filter_map(|(group, first_line)| {
                let position = group.find(headers, first_line, &mut key)?;
                Some((Reverse(group.parts.len()), position))
            })
            .min()
            .map(|(_, position)| position)
    }
}

impl Group {
    fn enter(groups: &mut Vec<Self>, conditions: &[Condition], position: Position) {
        let (mut parts, mut key) = (Vec::with_capacity(conditions.len()), Vec::new());
        for condition in conditions {
            let (part, wanted) = condition.wants();
            parts.push((condition.name.clone(), part));
            add(&mut key, wanted);
        }
        if let Some(group) = groups.iter_mut().find(|group| group.parts == parts) {
            group.positions.insert(&key, position);
        } else {
            let mut positions = ByteMap::default();
            positions.insert(&key, position);
            groups.push(Self { parts, positions });
        }
    }

    /// The first whose conditions hold. `first_line` is that of one of the headers, where it is
    /// known, and `key` is room to write to.
    fn find(
        &self,
        headers: Pairs<'_>,
        first_line: Option<(&[u8], &[u8])>,
        key: &mut Vec<u8>,
    ) -> Option<Position> {
        key.clear();
        for (name, part) in &self.parts {
            let found = part.of(match first_line {
                Some((known, value)) if bytes::equal(known, name.as_bytes()) => Some(value),
                _ => headers.get(name.as_bytes()),
            });
            if found.is_none() && matches!(part, Part::Value | Part::Prefix(_)) {
                return None;
            }
            add(key, found);
        }
        self.positions.get(key).copied()
    }
}

/// Adds a part to a key so that no two lists of parts give the same key.
fn add(key: &mut Vec<u8>, part: Option<&[u8]>) {
    let Some(part) = part else { return key.push(0) };
    key.push(1);
    key.extend_from_slice(&part.len().to_le_bytes());
    key.extend_from_slice(part);
}
