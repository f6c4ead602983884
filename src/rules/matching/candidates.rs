//! The deployments of one host and path, by their conditions: which of those whose conditions hold
//! has the most of them.
//!
//! Of any number of deployments only those are looked at that want something which the request
//! has: it is found by its name, and then by its value, each by one look-up. What no look-up can
//! find (what must *not* be there, a second list of values) is checked of what was found.

use std::cmp::Reverse;
use std::sync::Arc;

use super::condition::{Condition, Place, Rank};
use super::lookup::{Look, Lookup, Part, add};
use crate::bytes::{self, ByteMap};
use crate::request::{Request, ValueNames, Values, all_cookies, all_parameters};
use crate::wire::Lengths;

/// Room for what most groups look up, in bytes.
const USUAL_KEY: usize = 64;

/// How many candidates alike are compared with one that is entered, to find that it is their equal.
const COMPARED: usize = 16;

/// Position of a deployment in the file.
pub type Position = usize;

/// Deployments of one host and path, by their conditions.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    /// The first without any condition.
    unconditional: Option<Position>,
    conditional: Option<Box<Conditional>>,
}

/// Deployments with conditions, by the first name that has to be there.
#[derive(Clone, Debug, Default)]
struct Conditional {
    headers: Names,
    parameters: Names,
    cookies: Names,
    /// Those that want nothing to be there but what every request has.
    others: Groups,
    /// All cookies and parameters that are looked at.
    values: ValueNames,
}

/// Groups by a name.
#[derive(Clone, Debug, Default)]
struct Names {
    lengths: Lengths,
    groups: ByteMap<Groups>,
}

/// Groups by what they look at.
type Groups = ByteMap<Group>;

/// Candidates that look at the same parts of the same values: one look-up finds those that find
/// there what they want.
#[derive(Clone, Debug, Default)]
struct Group {
    parts: Vec<Part>,
    /// By the values of these parts; the first in precedence comes first.
    candidates: ByteMap<Vec<Candidate>>,
}

/// A deployment whose conditions hold as far as a look-up can find out.
#[derive(Clone, Debug)]
struct Candidate {
    rank: Rank,
    position: Position,
    /// What is left to check.
    rest: Option<Arc<[Condition]>>,
}

/// The first in precedence, where it is the smallest.
type Found = (Reverse<Rank>, Position);

/// A value that is known while a group is looked at.
type Known<'a> = (Place, &'a [u8], &'a [u8]);

impl Candidates {
    /// Enters a deployment after all that come before it in precedence. Whether a request can be
    /// found that belongs to it and not to one before it.
    pub fn enter(&mut self, lookup: &Lookup, position: Position) -> bool {
        if lookup.is_unconditional() {
            let is_free = self.unconditional.is_none();
            self.unconditional.get_or_insert(position);
            return is_free;
        }
        let conditional = self.conditional.get_or_insert_default();
        lookup.add_names(&mut conditional.values);
        let mut is_reachable = false;
        let mut enter = |groups: &mut Groups| {
            groups.update(&lookup.identity, |group| is_reachable = group.enter(lookup, position));
        };
        let (names, name) = match &lookup.first {
            Some((Place::Query, name)) => (&mut conditional.parameters, name),
            Some((Place::Cookie, name)) => (&mut conditional.cookies, name),
            Some((_, name)) => (&mut conditional.headers, name),
            None => {
                enter(&mut conditional.others);
                return is_reachable;
            }
        };
        names.lengths = names.lengths.or(Lengths::of(name.as_bytes()));
        names.groups.update(name.as_bytes(), enter);
        is_reachable
    }

    /// The first in precedence whose conditions hold.
    #[must_use]
    #[inline]
    pub fn find(&self, request: &Request<'_>) -> Option<Position> {
        match &self.conditional {
            Some(conditional) => conditional.find(request).or(self.unconditional),
            None => self.unconditional,
        }
    }
}

impl Conditional {
    #[inline(never)] // So that where there are no conditions, next to nothing is left.
    fn find(&self, request: &Request<'_>) -> Option<Position> {
        let mut key = Vec::with_capacity(USUAL_KEY);
        let mut best: Option<Found> = None;
        let mut values = request.values(&self.values, true);
        let mut look = |groups: &Groups, known: Option<Known<'_>>| {
            for group in groups.values() {
                if let Some(found) = group.find(request, &mut values, known, &mut key)
                    && best.is_none_or(|best| found < best)
                {
                    best = Some(found);
                }
            }
        };
        for (name, value) in request.headers.of_lengths(self.headers.lengths) {
            if let Some(groups) = self.headers.groups.get(name)
                && request.condition_on(request.headers.single(name)).is_ok()
            {
                look(groups, Some((Place::Header, name, value)));
            }
        }
        if !self.parameters.groups.is_empty() {
            let mut seen = Seen::default();
            for parameter in all_parameters(request.query()) {
                let name = parameter.name();
                if let Some(groups) = seen.first(&self.parameters, &name) {
                    look(groups, Some((Place::Query, &name, &parameter.value())));
                }
            }
        }
        if !self.cookies.groups.is_empty() {
            let mut seen = Seen::default();
            for cookie in all_cookies(request.headers) {
                if let Some(groups) = seen.first(&self.cookies, cookie.name()) {
                    look(groups, Some((Place::Cookie, cookie.name(), cookie.value())));
                }
            }
        }
        look(&self.others, None);
        best.map(|(_, position)| position)
    }
}

/// Which names were found already: the first value of each counts.
#[derive(Default)]
struct Seen(Vec<bool>);

impl Seen {
    /// The groups of a name, the first time that it is met.
    fn first<'a>(&mut self, names: &'a Names, name: &[u8]) -> Option<&'a Groups> {
        if !names.lengths.may_have(name) {
            return None;
        }
        let (place, groups) = names.groups.get_with_place(name)?;
        if self.0.is_empty() {
            self.0.resize(names.groups.len(), false);
        }
        let is_seen = self.0.get_mut(place)?;
        (!std::mem::replace(is_seen, true)).then_some(groups)
    }
}

impl Group {
    /// Whether what is entered can be found.
    fn enter(&mut self, lookup: &Lookup, position: Position) -> bool {
        let Lookup { parts, keys, rest, rank, .. } = lookup;
        if self.parts.is_empty() {
            self.parts.clone_from(parts);
        }
        let mut is_reachable = false;
        for key in keys {
            self.candidates.update(key, |alike| {
                // What holds whenever it is found hides all behind it.
                let hides = |earlier: &Candidate| earlier.rest.is_none() || earlier.rest == *rest;
                let is_hidden = alike.last().is_some_and(|last| last.rest.is_none())
                    || alike.iter().take(COMPARED).any(hides);
                if !is_hidden {
                    alike.push(Candidate { rank: *rank, position, rest: rest.clone() });
                    is_reachable = true;
                }
            });
        }
        is_reachable
    }

    /// The first in precedence whose conditions hold. `key` is room to write to.
    fn find<'a>(
        &self,
        request: &Request<'a>,
        values: &mut impl Values<'a>,
        known: Option<Known<'_>>,
        key: &mut Vec<u8>,
    ) -> Option<Found> {
        key.clear();
        for Part { place, name, look, ignores_case } in &self.parts {
            let mut take = |value: &[u8]| {
                add(key, Some(look.at(value)?), *ignores_case);
                Some(())
            };
            match known {
                Some((known_place, known_name, value))
                    if known_place == *place && bytes::equal(known_name, name.as_bytes()) =>
                {
                    take(value)?;
                }
                _ => match place.find(name, request, values).ok()? {
                    Some(value) => take(&value)?,
                    None if *look == Look::Presence => add(key, None, false),
                    None => return None,
                },
            }
        }
        let mut holds = |condition: &Condition| condition.holds(request, values);
        let alike = self.candidates.get(key)?;
        let found = alike
            .iter()
            .find(|candidate| candidate.rest.iter().flat_map(|rest| rest.iter()).all(&mut holds))?;
        Some((Reverse(found.rank), found.position))
    }
}
