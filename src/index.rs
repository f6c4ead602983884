//! Finds the deployment of a request among any number of them.
//!
//! The precedence is that of an `HTTPRoute` of Gateway API: exact host, longest wildcard, any host;
//! then exact path, longest prefix, any path; then more conditions on headers; then the order in
//! the file. What is better and does not match gives way to what is less.

use hashbrown::HashMap;

use crate::conditions::Candidates;
use crate::hostname::{self, HostPattern};
use crate::matching::{Match, PathPattern, ends_prefix};
use crate::request::Request;

/// Position of a deployment in the file.
pub type Position = usize;

/// All deployments by host, path and conditions on headers.
#[derive(Clone, Debug, Default)]
pub struct Index {
    exact_hosts: HashMap<Box<[u8]>, Paths>,
    /// Suffixes start with a dot.
    host_suffixes: LongestFirst<Paths>,
    any_host: Paths,
}

/// The deployments of one host, or of one wildcard, by path.
#[derive(Clone, Debug, Default)]
struct Paths {
    exact: HashMap<Box<[u8]>, Candidates>,
    prefixes: LongestFirst<Candidates>,
    any: Candidates,
}

/// A map from byte strings that also knows which lengths its keys have: a look-up tries each
/// length once, however many keys there are.
#[derive(Clone, Debug)]
struct LongestFirst<T> {
    values: HashMap<Box<[u8]>, T>,
    /// Distinct, descending.
    lengths: Vec<usize>,
}

impl Index {
    /// Enters a deployment; an earlier one comes before it.
    pub fn enter(&mut self, matches: &Match, position: Position) {
        if matches.hosts.is_empty() {
            self.any_host.enter(matches, position);
        }
        for host in &matches.hosts {
            let paths = match host {
                HostPattern::Exact(host) => {
                    self.exact_hosts.entry_ref(host.as_bytes()).or_default()
                }
                HostPattern::Suffix(suffix) => self.host_suffixes.entry(suffix.as_bytes()),
            };
            paths.enter(matches, position);
        }
    }

    /// The deployment that a request belongs to.
    #[must_use]
    pub fn find(&self, request: &Request<'_>) -> Option<Position> {
        let mut buffer = [0; hostname::LONGEST];
        hostname::normalize(request.authority, &mut buffer)
            .and_then(|host| self.find_by_host(host, request))
            .or_else(|| self.any_host.find(request))
    }

    fn find_by_host(&self, host: &[u8], request: &Request<'_>) -> Option<Position> {
        let exact = self.exact_hosts.get(host).and_then(|paths| paths.find(request));
        exact.or_else(|| {
            // At least one label stands before a suffix.
            let suffix = |length| match host.split_at_checked(host.len().checked_sub(length)?)? {
                ([], _) => None,
                (_, suffix) => suffix.starts_with(b".").then_some(suffix),
            };
            self.host_suffixes.find(suffix).find_map(|paths| paths.find(request))
        })
    }
}

impl Paths {
    fn enter(&mut self, matches: &Match, position: Position) {
        let candidates = match &matches.path {
            PathPattern::Exact(path) => self.exact.entry_ref(path.as_bytes()).or_default(),
            PathPattern::Prefix(prefix) => self.prefixes.entry(prefix.as_bytes()),
            PathPattern::Any => &mut self.any,
        };
        candidates.enter(&matches.headers, position);
    }

    fn find(&self, request: &Request<'_>) -> Option<Position> {
        let prefix = |length| {
            let (prefix, rest) = request.path.split_at_checked(length)?;
            ends_prefix(prefix, rest).then_some(prefix)
        };
        let exact = self.exact.get(request.path).into_iter();
        exact
            .chain(self.prefixes.find(prefix))
            .chain([&self.any])
            .find_map(|candidates| candidates.find(request.headers))
    }
}

impl<T> Default for LongestFirst<T> {
    fn default() -> Self {
        Self { values: HashMap::new(), lengths: Vec::new() }
    }
}

impl<T: Default> LongestFirst<T> {
    fn entry(&mut self, key: &[u8]) -> &mut T {
        let place = self.lengths.binary_search_by(|length| key.len().cmp(length));
        if let Err(place) = place {
            self.lengths.insert(place, key.len());
        }
        self.values.entry_ref(key).or_default()
    }
}

impl<T> LongestFirst<T> {
    /// Values of those candidates that are keys. `candidate` gives the part of the searched text
    /// that has this length, or none if no key of this length can match.
    fn find<'a>(
        &'a self,
        candidate: impl Fn(usize) -> Option<&'a [u8]>,
    ) -> impl Iterator<Item = &'a T> {
        self.lengths.iter().filter_map(move |length| self.values.get(candidate(*length)?))
    }
}
