//! Which requests a deployment is meant for, validated.

use crate::bytes::ByteMap;
use crate::config::{self, ConfigErrors, Path};
use crate::matching::{Condition, HostPattern};

/// The conditions of a deployment, in a form in which equal conditions are equal values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Match {
    /// Any of them; none means any host. Sorted.
    pub hosts: Vec<HostPattern>,
    /// The condition on the path.
    pub path: PathPattern,
    /// All of them. Sorted.
    pub headers: Vec<Condition>,
}

/// A condition on the path of a request, its query left aside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PathPattern {
    /// This path alone.
    Exact(Box<str>),
    /// What starts so, as [`ends_prefix`] has it.
    Prefix(Box<str>),
    /// Every path.
    Any,
}

/// Whether a prefix may end here: at the end of the path or before the query, before
/// `/` or `:`, or behind its own `/`.
#[must_use]
pub fn ends_prefix(prefix: &[u8], rest: &[u8]) -> bool {
    matches!(rest, [] | [b'/' | b':' | b'?', ..]) || prefix.ends_with(b"/")
}

impl Match {
    /// Validates the configuration; None where that added errors.
    pub fn new(config: &config::Match, at: &Path, errors: &mut ConfigErrors) -> Option<Self> {
        let before = errors.count();
        let (mut hosts, mut seen) = (Vec::new(), ByteMap::default());
        let hosts_at = at.key("hosts");
        for (index, text) in config.hosts.iter().flatten().enumerate() {
            let at = hosts_at.index(index);
            match HostPattern::parse(text) {
                Ok(host) if seen.insert(host.as_bytes(), index) => hosts.push(host),
                Ok(host) => {
                    let earlier = seen.get(host.as_bytes()).map_or(0, |earlier| *earlier);
                    errors.duplicate(&at, &hosts_at.index(earlier));
                }
                Err(reason) => errors.invalid(&at, text, reason),
            }
        }
        if config.hosts.as_ref().is_some_and(Vec::is_empty) {
            errors.add(&hosts_at, "is empty; leave it out to match any host");
        }
        hosts.sort_unstable();
        let path = PathPattern::new(config, at, errors);
        let headers_at = at.key("headers");
        let mut headers: Vec<(Condition, usize)> = Vec::new();
        for (index, condition) in config.headers.iter().enumerate() {
            let at = headers_at.index(index);
            let Some(condition) = Condition::new(condition, &at, errors) else { continue };
            match headers.binary_search_by(|(known, _)| known.cmp(&condition)) {
                Ok(place) => {
                    let earlier = headers.get(place).map_or(0, |(_, earlier)| *earlier);
                    errors.duplicate(&at, &headers_at.index(earlier));
                }
                Err(place) => headers.insert(place, (condition, index)),
            }
        }
        let headers = headers.into_iter().map(|(condition, _)| condition).collect();
        (errors.count() == before).then_some(Self { hosts, path, headers })
    }
}

impl PathPattern {
    fn new(config: &config::Match, at: &Path, errors: &mut ConfigErrors) -> Self {
        let mut check = |key: &str, path: &Option<String>| {
            let path = path.as_deref()?;
            if !path.starts_with('/') {
                errors.invalid(&at.key(key), path, "does not start with `/`");
            } else if !path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#".contains(&byte)) {
                let reason = "has a query, a fragment or a character that no path has";
                errors.invalid(&at.key(key), path, reason);
            }
            Some(path.into())
        };
        match (check("path", &config.path), check("path_prefix", &config.path_prefix)) {
            (Some(_), Some(_)) => {
                errors.add(at, "`path` and `path_prefix` exclude each other");
                Self::Any
            }
            (Some(path), None) => Self::Exact(path),
            (None, Some(prefix)) => Self::Prefix(prefix),
            (None, None) => Self::Any,
        }
    }
}
