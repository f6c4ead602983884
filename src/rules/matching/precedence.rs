//! Finds the deployment of a request among any number of them.
//!
//! The precedence is that of an `HTTPRoute` of Gateway API: exact host, longest wildcard, any host;
//! then exact path, longest prefix, any path; then a condition on the method, more conditions on
//! headers, on the query, on cookies; then the order in the file. What is better and does not match
//! gives way to what is less. Of a deployment with several patterns the one counts that matched.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ptr;

use super::hostname::HostPattern;
use crate::bytes::ByteMap;
use crate::matching::{Candidates, Lookup, Match, PathPattern, Position, ends_prefix};
use crate::request::{Request, normalize};

/// All deployments by host, path and conditions.
#[derive(Clone, Debug, Default)]
pub struct Index {
    exact_hosts: ByteMap<Paths>,
    /// Suffixes start with a dot.
    host_suffixes: LongestFirst<Paths>,
    any_host: Paths,
}

/// The deployments of one host, or of one wildcard, by path.
#[derive(Clone, Debug, Default)]
struct Paths {
    exact: ByteMap<Candidates>,
    prefixes: LongestFirst<Candidates>,
    any: Candidates,
}

/// The path of a request as it is compared, once it is needed.
type ComparedPath<'a> = OnceCell<Cow<'a, [u8]>>;

/// A map from byte strings that also knows which lengths its keys have: a look-up tries each
/// length once, however many keys there are.
#[derive(Clone, Debug)]
struct LongestFirst<T> {
    values: ByteMap<T>,
    /// Distinct, descending.
    lengths: Vec<usize>,
}

impl Index {
    /// Enters a deployment under what one of its matches wants, after all that come before it in
    /// precedence. Whether a request can be found that belongs to it and not to one before it.
    pub fn enter(&mut self, matches: &Match, lookup: &Lookup, position: Position) -> bool {
        let mut is_reachable = false;
        if matches.hosts.is_empty() {
            is_reachable = self.any_host.enter(matches, lookup, position);
        }
        for host in &matches.hosts {
            let enter = |paths: &mut Paths| is_reachable |= paths.enter(matches, lookup, position);
            match host {
                HostPattern::Exact(host) => self.exact_hosts.update(host.as_bytes(), enter),
                HostPattern::Suffix(suffix) => self.host_suffixes.update(suffix.as_bytes(), enter),
            }
        }
        is_reachable
    }

    /// The deployment that a request belongs to.
    #[must_use]
    #[inline]
    pub fn find(&self, request: &Request<'_>) -> Option<Position> {
        let path = OnceCell::new();
        self.find_by_host(request, &path).or_else(|| self.any_host.find(request, &path))
    }

    #[inline]
    fn find_by_host<'a>(&self, request: &Request<'a>, path: &ComparedPath<'a>) -> Option<Position> {
        // This only spares the time.
        if self.exact_hosts.is_empty() && self.host_suffixes.is_empty() {
            return None;
        }
        let mut room = None;
        let as_it_came = request.authority;
        let mut host = as_it_came;
        let mut paths = self.exact_hosts.get(host);
        // Hosts were entered in their one form, so one that is found as it came needs no other; and
        // what is still in the same place after it was brought to this form was looked for.
        if paths.is_none() {
            host = normalize(as_it_came, &mut room)?;
            if !ptr::eq(host, as_it_came) {
                paths = self.exact_hosts.get(host);
            }
        }
        paths.and_then(|paths| paths.find(request, path)).or_else(|| {
            // At least one label comes before a suffix.
            let suffix = |length| match host.split_at_checked(host.len().checked_sub(length)?)? {
                ([], _) => None,
                (_, suffix) => suffix.starts_with(b".").then_some(suffix),
            };
            self.host_suffixes.find(host.len(), suffix).find_map(|paths| paths.find(request, path))
        })
    }
}

impl Paths {
    fn enter(&mut self, matches: &Match, lookup: &Lookup, position: Position) -> bool {
        let mut is_reachable = false;
        for path in &matches.paths {
            let enter = |candidates: &mut Candidates| {
                is_reachable |= candidates.enter(lookup, position);
            };
            match path {
                PathPattern::Exact(path) => self.exact.update(path, enter),
                PathPattern::Prefix(prefix) => self.prefixes.update(prefix, enter),
                PathPattern::Any => {
                    is_reachable |= self.any.enter(lookup, position);
                }
            }
        }
        is_reachable
    }

    #[inline]
    fn find<'a>(&self, request: &Request<'a>, path: &ComparedPath<'a>) -> Option<Position> {
        // This only spares the time.
        if self.exact.is_empty() && self.prefixes.is_empty() {
            return self.any.find(request);
        }
        let path = &**path.get_or_init(|| request.path());
        if !self.exact.is_empty()
            && let Some(candidates) = self.exact.get(path)
            && let Some(position) = candidates.find(request)
        {
            return Some(position);
        }
        let prefix = |length| {
            let (prefix, rest) = path.split_at_checked(length)?;
            ends_prefix(prefix, rest).then_some(prefix)
        };
        for candidates in self.prefixes.find(path.len(), prefix) {
            if let Some(position) = candidates.find(request) {
                return Some(position);
            }
        }
        self.any.find(request)
    }
}

impl<T> Default for LongestFirst<T> {
    fn default() -> Self {
        Self { values: ByteMap::default(), lengths: Vec::new() }
    }
}

impl<T: Default> LongestFirst<T> {
    fn update(&mut self, key: &[u8], change: impl FnOnce(&mut T)) {
        let place = self.lengths.binary_search_by(|length| key.len().cmp(length));
        if let Err(place) = place {
            self.lengths.insert(place, key.len());
        }
        self.values.update(key, change);
    }
}

impl<T> LongestFirst<T> {
    fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Values of those candidates that are keys and no longer than `longest`. `candidate` gives
    /// the part of the searched text that has this length, or none if no key of this length can
    /// match.
    #[inline]
    fn find<'a>(
        &'a self,
        longest: usize,
        candidate: impl Fn(usize) -> Option<&'a [u8]>,
    ) -> impl Iterator<Item = &'a T> {
        let start = self.lengths.partition_point(|length| *length > longest);
        let lengths = self.lengths.iter().skip(start);
        lengths.filter_map(move |length| self.values.get(candidate(*length)?))
    }
}
