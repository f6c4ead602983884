//! Which requests a deployment is meant for, validated.

use super::sort::{by_key, joined};
use crate::bytes::ByteMap;
use crate::config::{self, ConfigErrors, OneOrMany, Path};
use crate::matching::{Condition, HostPattern, Place};
use crate::request::decoded_path;

/// What a request must have.
#[derive(Clone, Debug)]
pub struct Match {
    /// Any of them; none means any host.
    pub hosts: Vec<HostPattern>,
    /// Any of them, at least one.
    pub paths: Vec<PathPattern>,
    /// All of them, in the order of their identities.
    pub conditions: Vec<Condition>,
}

/// A condition on the path of a request, its query left aside, in the form of
/// [`decoded_path`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathPattern {
    /// This path alone.
    Exact(Box<[u8]>),
    /// What starts so, as [`ends_prefix`] has it.
    Prefix(Box<[u8]>),
    /// Every path.
    Any,
}

/// Whether a prefix may end here: at the end of the path, before `/`, `:` or `;`, or behind its own
/// `/`.
#[must_use]
pub fn ends_prefix(prefix: &[u8], rest: &[u8]) -> bool {
    matches!(rest, [] | [b'/' | b':' | b';', ..]) || prefix.ends_with(b"/")
}

impl Match {
    /// Validates the configuration; None where that added errors.
    pub fn new(config: &config::Match, at: &Path, errors: &mut ConfigErrors) -> Option<Self> {
        let before = errors.count();
        let hosts = hosts(config.hosts.as_deref(), &at.key("hosts"), errors);
        let paths = PathPattern::all(config, at, errors);
        let mut conditions = Vec::new();
        if let Some(methods) = &config.methods {
            conditions.extend(Condition::on_methods(methods, &at.key("methods"), errors));
        }
        for (key, list, place) in [
            ("headers", &config.headers, Place::Header),
            ("query", &config.query, Place::Query),
            ("cookies", &config.cookies, Place::Cookie),
        ] {
            conditions.extend(all_conditions(list, place, &at.key(key), errors));
        }
        let conditions = by_key(conditions, Condition::identity);
        (errors.count() == before).then_some(Self { hosts, paths, conditions })
    }

    /// Bytes that are the same for matches that are the same, and for no others.
    #[must_use]
    pub fn identity(&self) -> Vec<u8> {
        let sorted = |texts: Vec<Vec<u8>>| joined(&by_key(texts, Vec::clone));
        joined(&[
            sorted(self.hosts.iter().map(|host| host.as_bytes().to_vec()).collect()),
            sorted(self.paths.iter().map(PathPattern::identity).collect()),
            sorted(self.conditions.iter().map(Condition::identity).collect()),
        ])
    }
}

/// Different hosts of a list; none for no list.
fn hosts(list: Option<&[String]>, at: &Path, errors: &mut ConfigErrors) -> Vec<HostPattern> {
    let (mut hosts, mut seen) = (Vec::new(), ByteMap::default());
    for (index, text) in list.into_iter().flatten().enumerate() {
        if errors.is_full() {
            break;
        }
        let at_host = at.index(index);
        match HostPattern::parse(text) {
            Ok(host) if seen.insert(host.as_bytes(), index) => hosts.push(host),
            Ok(host) => {
                let earlier = seen.get(host.as_bytes()).map_or(0, |earlier| *earlier);
                errors.duplicate(&at_host, &at.index(earlier));
            }
            Err(reason) => errors.invalid(&at_host, text, reason),
        }
    }
    if list.is_some_and(<[_]>::is_empty) {
        errors.add(at, "is empty; leave it out to match any host");
    }
    hosts
}

/// Different conditions of a list.
fn all_conditions(
    list: &[config::Condition],
    place: Place,
    at: &Path,
    errors: &mut ConfigErrors,
) -> Vec<Condition> {
    let (mut conditions, mut seen) = (Vec::with_capacity(list.len()), ByteMap::default());
    for (index, condition) in list.iter().enumerate() {
        if errors.is_full() {
            break;
        }
        let at_condition = at.index(index);
        let Some(condition) = Condition::new(condition, place, &at_condition, errors) else {
            continue;
        };
        let identity = condition.identity();
        if let Some(earlier) = seen.get(&identity) {
            errors.duplicate(&at_condition, &at.index(*earlier));
        } else {
            seen.insert(&identity, index);
            conditions.push(condition);
        }
    }
    conditions
}

impl PathPattern {
    /// Bytes that no other pattern has.
    fn identity(&self) -> Vec<u8> {
        match self {
            Self::Exact(path) => [b"e", &path[..]].concat(),
            Self::Prefix(path) => [b"p", &path[..]].concat(),
            Self::Any => Vec::new(),
        }
    }

    /// All patterns of a match.
    fn all(config: &config::Match, at: &Path, errors: &mut ConfigErrors) -> Vec<Self> {
        let exact = Self::list(config.path.as_ref(), &at.key("path"), errors);
        let prefixes = Self::list(config.path_prefix.as_ref(), &at.key("path_prefix"), errors);
        let is_any = exact.is_empty() && prefixes.is_empty();
        (exact.into_iter().map(Self::Exact))
            .chain(prefixes.into_iter().map(Self::Prefix))
            .chain(is_any.then_some(Self::Any))
            .collect()
    }

    /// Different paths of a list.
    fn list(
        list: Option<&OneOrMany<String>>,
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Vec<Box<[u8]>> {
        let (mut paths, mut seen) = (Vec::new(), ByteMap::default());
        let Some(list) = list else { return paths };
        if list.is_empty() {
            errors.add(at, "is empty; leave it out to match any path");
        }
        for (place, path) in list.iter() {
            if errors.is_full() {
                break;
            }
            let at_path = place.map_or(*at, |place| at.index(place));
            if !path.starts_with('/') {
                errors.invalid(&at_path, path, "does not start with `/`");
                continue;
            }
            if !path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#".contains(&byte)) {
                let reason = "has a query, a fragment or a character that no path has";
                errors.invalid(&at_path, path, reason);
                continue;
            }
            let path = decoded_path(path.as_bytes());
            if let Some(earlier) = seen.get(&path) {
                errors.duplicate(&at_path, &at.index(*earlier));
                continue;
            }
            seen.insert(&path, place.unwrap_or(0));
            if let Some(reason) = hardly_meant(&path, at.ends_in("path_prefix")) {
                errors.warn(&at_path, || reason);
            }
            paths.push(path.into());
        }
        paths
    }
}

/// What may be wrong with a path that is none that a request can be expected to have.
fn hardly_meant(path: &[u8], is_prefix: bool) -> Option<&'static str> {
    if path.contains(&b'*') {
        return Some("has a `*`, which is a character like any other and no wildcard");
    }
    let goes_on = path.last().is_some_and(|byte| b".-_~:;,=+!$&'(@".contains(byte));
    (is_prefix && goes_on).then_some(
        "matches nothing that goes on behind it: a prefix ends at the end of the path, \
         at `/`, `:` or `;`, or in its own `/`",
    )
}
