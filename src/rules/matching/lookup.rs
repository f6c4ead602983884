//! Conditions as a look-up finds what they want: parts of values, and what they have to be.

use std::ptr;
use std::sync::Arc;

use super::condition::{Condition, Place, Rank, Test, rank};
use crate::request::ValueNames;

/// Most bytes that the keys of one look-up have.
const LONGEST: usize = 1 << 24;

/// Conditions of a deployment, ready to be entered under any number of hosts and paths.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// What is looked at, in the order of the conditions.
    pub parts: Vec<Part>,
    /// Bytes that are the same for parts that are the same, and for no others.
    pub identity: Vec<u8>,
    /// The values that these parts have to have, in one of these ways.
    pub keys: Vec<Vec<u8>>,
    /// The first of what has to be there and not every request has.
    pub first: Option<(Place, Box<str>)>,
    /// What is left to check of what is found.
    pub rest: Option<Arc<[Condition]>>,
    /// How particular all of it is.
    pub rank: Rank,
}

/// What conditions look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where the value is.
    pub place: Place,
    /// Its name there.
    pub name: Box<str>,
    /// At what of it.
    pub look: Look,
    /// Whether upper-case letters are as good as lower-case ones.
    pub ignores_case: bool,
}

/// At what of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// All of it.
    Whole,
    /// The first bytes, as many.
    Prefix(usize),
    /// The last bytes, as many.
    Suffix(usize),
    /// Whether it is there.
    Presence,
}

impl Look {
    /// At a value; None where there is too little of it.
    #[must_use]
    pub fn at(self, value: &[u8]) -> Option<&[u8]> {
        match self {
            Self::Whole => Some(value),
            Self::Prefix(length) => value.get(..length),
            Self::Suffix(length) => value.get(value.len().checked_sub(length)?..),
            Self::Presence => Some(&[]),
        }
    }
}

impl Lookup {
    /// Conditions that must all hold; they are sorted.
    #[must_use]
    pub fn new(conditions: &[Condition]) -> Self {
        let is_list = |condition: &&Condition| condition.values() > 1 && !condition.is_negated;
        // One list can be looked up, unless its values times all others would be too much. That of
        // methods would be no great help.
        let lengths = conditions.iter().map(Condition::length);
        let length = lengths.fold(0, usize::saturating_add);
        let is_small = |list: &&Condition| {
            let others = length.saturating_sub(list.length());
            list.values().saturating_mul(others) <= LONGEST
        };
        let mut lists = conditions.iter().filter(is_list).filter(is_small);
        let list = lists.clone().find(|list| list.place != Place::Method).or_else(|| lists.next());
        let (parts, keys) = (Vec::new(), vec![Vec::new()]);
        let (identity, rank) = (Vec::new(), rank(conditions));
        let mut lookup = Self { parts, identity, keys, first: None, rest: None, rank };
        let mut rest = Vec::new();
        for condition in conditions {
            let is_chosen = list.is_some_and(|list| ptr::eq(list, condition));
            let is_absence = condition.is_negated && condition.test == Test::Present;
            if (condition.is_negated && !is_absence) || (condition.values() > 1 && !is_chosen) {
                rest.push(condition.clone());
                continue;
            }
            lookup.add(condition);
            if !is_absence && condition.place != Place::Method {
                lookup.first.get_or_insert_with(|| (condition.place, condition.name.clone()));
            }
        }
        lookup.rest = (!rest.is_empty()).then(|| rest.into());
        lookup
    }

    /// Whether it holds for every request.
    #[must_use]
    pub fn is_unconditional(&self) -> bool {
        self.parts.is_empty() && self.rest.is_none()
    }

    /// Adds the names of cookies and parameters to those that are looked for.
    pub fn add_names(&self, names: &mut ValueNames) {
        for Part { place, name, .. } in &self.parts {
            place.add_name(name, names);
        }
        for Condition { place, name, .. } in self.rest.iter().flat_map(|rest| rest.iter()) {
            place.add_name(name, names);
        }
    }

    /// What it takes to enter it once, in look-ups of a usual length.
    #[must_use]
    pub fn size(&self) -> usize {
        let bytes = self.keys.iter().map(Vec::len).fold(self.identity.len(), usize::saturating_add);
        self.keys.len().saturating_add(bytes >> 7)
    }

    fn add(&mut self, condition: &Condition) {
        let Condition { place, ref name, ref test, ignores_case, .. } = *condition;
        let (look, wanted): (_, &[Box<str>]) = match test {
            Test::Present => (Look::Presence, &[]),
            Test::OneOf(values) => (Look::Whole, values),
            Test::Prefix(text) => (Look::Prefix(text.len()), std::slice::from_ref(text)),
            Test::Suffix(text) => (Look::Suffix(text.len()), std::slice::from_ref(text)),
        };
        self.identify(place, look, ignores_case, name);
        self.parts.push(Part { place, name: name.clone(), look, ignores_case });
        // Only a list has to copy what there is so far: there is one at most, and it is not too long.
        if let [one, more @ ..] = wanted {
            let copies: Vec<Vec<u8>> = more
                .iter()
                .flat_map(|value| {
                    self.keys.iter().map(move |key| {
                        let mut key = key.clone();
                        add(&mut key, Some(value.as_bytes()), ignores_case);
                        key
                    })
                })
                .collect();
            self.lengthen(Some(one.as_bytes()), ignores_case);
            self.keys.extend(copies);
        } else {
            self.lengthen((!condition.is_negated).then_some(&[]), ignores_case);
        }
    }

    fn lengthen(&mut self, value: Option<&[u8]>, ignores_case: bool) {
        self.keys.iter_mut().for_each(|key| add(key, value, ignores_case));
    }

    fn identify(&mut self, place: Place, look: Look, ignores_case: bool, name: &str) {
        let (kind, length) = match look {
            Look::Whole => (0, 0),
            Look::Prefix(length) => (1, length),
            Look::Suffix(length) => (2, length),
            Look::Presence => (3, 0),
        };
        self.identity.extend([place as u8, kind, u8::from(ignores_case)]);
        self.identity.extend(length.to_le_bytes());
        add(&mut self.identity, Some(name.as_bytes()), false);
    }
}

/// Adds a part to a key so that no two lists of parts give the same key.
pub fn add(key: &mut Vec<u8>, part: Option<&[u8]>, ignores_case: bool) {
    let Some(part) = part else { return key.push(0) };
    key.push(1);
    key.extend_from_slice(&part.len().to_le_bytes());
    let start = key.len();
    key.extend_from_slice(part);
    if ignores_case {
        key.get_mut(start..).unwrap_or_default().make_ascii_lowercase();
    }
}
