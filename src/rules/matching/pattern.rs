//! Which requests a deployment is meant for, validated.

use crate::bytes::ByBytes;
use crate::config;
use crate::config::{Faults, Path};
use crate::matching::Condition;
use crate::matching::HostPattern;

/// The conditions of a deployment, in a form in which equal conditions are equal values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Match {
    /// Any of them; none stands for any host. Sorted.
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

/// Whether a prefix may end here: at the end of the path or of what stands before the query, before
/// `/` or `:`, or behind its own `/`.
#[must_use]
pub fn ends_prefix(prefix: &[u8], rest: &[u8]) -> bool {
    matches!(rest, [] | [b'/' | b':' | b'?', ..]) || prefix.ends_with(b"/")
}

impl Match {
    /// Validates the configuration; None where that added faults.
    pub fn new(config: &config::Match, at: &Path, faults: &mut Faults) -> Option<Self> {
        let before = faults.count();
        let (mut hosts, mut seen) = (Vec::new(), ByBytes::default());
        let hosts_at = at.key("hosts");
        for (index, text) in config.hosts.iter().flatten().enumerate() {
            let at = hosts_at.index(index);
            match HostPattern::parse(text) {
                Ok(host) if !seen.insert(host.as_bytes(), ()) => {
                    faults.add_text(&at, text, "is listed before");
                }
                Ok(host) => hosts.push(host),
                Err(reason) => faults.add_text(&at, text, reason),
            }
        }
        if config.hosts.as_ref().is_some_and(Vec::is_empty) {
            faults.add(&hosts_at, "is empty; leave it out to match any host");
        }
        hosts.sort_unstable();
        let path = PathPattern::new(config, at, faults);
        let (mut headers, headers_at) = (Vec::new(), at.key("headers"));
        for (index, condition) in config.headers.iter().enumerate() {
            let at = headers_at.index(index);
            let Some(condition) = Condition::new(condition, &at, faults) else { continue };
            match headers.binary_search(&condition) {
                Ok(_) => faults.add(&at, "is listed before"),
                Err(place) => headers.insert(place, condition),
            }
        }
        (faults.count() == before).then_some(Self { hosts, path, headers })
    }
}

impl PathPattern {
    fn new(config: &config::Match, at: &Path, faults: &mut Faults) -> Self {
        let mut check = |key: &str, path: &Option<String>| {
            let path = path.as_deref()?;
            if !path.starts_with('/') {
                faults.add_text(&at.key(key), path, "does not start with `/`");
            } else if !path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#".contains(&byte)) {
                let reason = "has a query, a fragment or a character that no path has";
                faults.add_text(&at.key(key), path, reason);
            }
            Some(path.into())
        };
        match (check("path", &config.path), check("path_prefix", &config.path_prefix)) {
            (Some(_), Some(_)) => {
                faults.add(at, "has both `path` and `path_prefix`");
                Self::Any
            }
            (Some(path), None) => Self::Exact(path),
            (None, Some(prefix)) => Self::Prefix(prefix),
            (None, None) => Self::Any,
        }
    }
}
