//! The matches of all deployments, from the configuration to the index.

use super::condition::rank;
use super::sort::by_key;
use super::{Index, Lookup, Match, Position};
use crate::bytes::ByteMap;
use crate::config::{self, ConfigErrors, OneOrMany, Path};

/// Most look-ups that an index holds: hosts, paths and values of a list multiply, so that a text of
/// any length could fill any memory.
const MOST: usize = 1 << 20;

/// Where a match is: the deployment, and the place in its list of matches.
type At = (Position, Option<usize>);

/// Different matches, and where each is.
#[derive(Debug, Default)]
pub struct Matches {
    /// By identity.
    places: ByteMap<At>,
    all: Vec<(At, Match)>,
}

impl Matches {
    /// Adds the matches of a deployment; `list` is where all deployments are.
    pub fn add(
        &mut self,
        matches: &OneOrMany<config::Match>,
        position: Position,
        list: &Path,
        errors: &mut ConfigErrors,
    ) {
        let at = list.index(position);
        let at = at.key("match");
        if matches.is_empty() {
            errors.add(&at, "is empty; leave it out to match any request");
        }
        for (place, matches) in matches.iter() {
            let at = place.map_or(at, |place| at.index(place));
            let Some(matches) = Match::new(matches, &at, errors) else { continue };
            let identity = matches.identity();
            if let Some((position, place)) = self.places.get(&identity) {
                let earlier = list.index(*position);
                let earlier = earlier.key("match");
                errors.duplicate(&at, &place.map_or(earlier, |place| earlier.index(place)));
            } else {
                self.places.insert(&identity, (position, place));
                self.all.push(((position, place), matches));
            }
        }
    }

    /// The index of all of so many deployments, unless there are errors.
    pub fn index(self, deployments: usize, list: &Path, errors: &mut ConfigErrors) -> Index {
        let mut index = Index::default();
        if !errors.is_empty() {
            return index;
        }
        // They are in the order of the file. The most particular come first.
        let all = by_key(self.all.into_iter().zip(0_u64..).collect(), |((_, matches), place)| {
            let rank = rank(&matches.conditions).map(|count| u32::MAX.saturating_sub(count));
            [&rank.map(u32::to_be_bytes).concat()[..], &place.to_be_bytes()].concat()
        });
        let (mut size, mut is_reachable) = (0_usize, vec![false; deployments]);
        for (((position, _), matches), _) in &all {
            let lookup = Lookup::new(&matches.conditions);
            let places = matches.hosts.len().max(1).saturating_mul(matches.paths.len());
            size = size.saturating_add(places.saturating_mul(lookup.size()));
            if size > MOST {
                let reason = format!(
                    "is too much: hosts, paths and values of a list multiply, \
                     and {MOST} combinations in all deployments are the most"
                );
                errors.add(&list.index(*position).key("match"), reason);
                return index;
            }
            if index.enter(matches, &lookup, *position)
                && let Some(is_reachable) = is_reachable.get_mut(*position)
            {
                *is_reachable = true;
            }
        }
        for position in (0..).zip(is_reachable).filter_map(|(at, found)| (!found).then_some(at)) {
            let reason = "is never reached: deployments before it have all of its requests";
            errors.warn(&list.index(position), || reason);
        }
        index
    }
}
