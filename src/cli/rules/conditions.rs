//! Which requests a deployment is meant for.

use std::collections::BTreeSet;

use bluegreen::config::{self, ConfigErrors, HeaderMatch, Path};
use bluegreen::matching::{HostPattern, Index, Match, PathPattern};
use bluegreen::table::Table;
use bluegreen::wire::Pairs;

/// The hosts of a deployment in the filter's form; one empty text for any host.
pub fn hosts_of(deployment: &config::Deployment) -> Vec<String> {
    let Some(hosts) = &deployment.matches.hosts else { return vec![String::new()] };
    let form = |host: &String| {
        let pattern = HostPattern::parse(host).ok()?;
        String::from_utf8(pattern.as_bytes().to_vec()).ok()
    };
    hosts.iter().filter_map(form).collect()
}

/// The condition on the path, in a form in which equal conditions are equal texts.
pub fn path_of(deployment: &config::Deployment) -> String {
    match (&deployment.matches.path, &deployment.matches.path_prefix) {
        (Some(path), _) => format!("={path}"),
        (None, Some(prefix)) => prefix.clone(),
        (None, None) => String::new(),
    }
}

/// A condition on a header.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    name: String,
    exact: Option<String>,
    prefix: Option<String>,
    present: Option<bool>,
}

/// The conditions of a deployment besides host and path.
pub fn conditions_of(deployment: &config::Deployment) -> Vec<Condition> {
    let condition = |header: &HeaderMatch| Condition {
        name: header.name.to_ascii_lowercase(),
        exact: header.exact.clone(),
        prefix: header.prefix.clone(),
        present: header.present,
    };
    let conditions: BTreeSet<_> = deployment.matches.headers.iter().map(condition).collect();
    conditions.into_iter().collect()
}

impl Condition {
    /// Whether what meets this condition meets the other too.
    pub fn implies(&self, other: &Self) -> bool {
        let starts = |value: &Option<String>, prefix: &str| {
            value.as_ref().is_some_and(|value| value.starts_with(prefix))
        };
        self == other
            || (self.name == other.name
                && match (&other.exact, &other.prefix, other.present) {
                    (None, Some(prefix), None) => {
                        starts(&self.exact, prefix) || starts(&self.prefix, prefix)
                    }
                    (None, None, Some(true)) => self.exact.is_some() || self.prefix.is_some(),
                    _ => false,
                })
    }
}

/// What of a deployment's `match` a request does not meet, by the filter's own matching.
pub fn misses(deployment: &config::Deployment, table: &Table, headers: &[u8]) -> Vec<&'static str> {
    let mut errors = ConfigErrors::default();
    let Some(all) = Match::new(&deployment.matches, &Path::Root, &mut errors) else {
        return vec!["match"];
    };
    let request = table.read(Pairs::new(headers));
    let holds = |part: Match| {
        let mut index = Index::default();
        index.enter(&part, 0);
        index.find(&request).is_some()
    };
    let nothing = || Match { hosts: Vec::new(), path: PathPattern::Any, headers: Vec::new() };
    let parts = [
        ("host", Match { hosts: all.hosts.clone(), ..nothing() }),
        ("path", Match { path: all.path.clone(), ..nothing() }),
        ("headers", Match { headers: all.headers.clone(), ..nothing() }),
    ];
    parts.into_iter().filter_map(|(name, part)| (!holds(part)).then_some(name)).collect()
}
