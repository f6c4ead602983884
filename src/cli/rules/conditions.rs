//! Which requests a deployment is meant for.

use bluegreen::config::{self, ConfigErrors, Path};
use bluegreen::matching::{Index, Lookup, Match, PathPattern};
use bluegreen::table::Table;
use bluegreen::wire::Pairs;

/// What of a deployment's `match` a request does not meet, by the filter's own matching: of several
/// matches what is said of the one that comes closest.
pub fn misses(deployment: &config::Deployment, table: &Table, headers: &[u8]) -> Vec<&'static str> {
    let mut errors = ConfigErrors::default();
    let request = table.read(Pairs::new(headers));
    let holds = |part: Match| {
        let mut index = Index::default();
        let lookup = Lookup::new(&part.conditions);
        index.enter(&part, &lookup, 0);
        index.find(&request).is_some()
    };
    let matches = deployment.matches.iter().filter_map(|(_, matches)| {
        let all = Match::new(matches, &Path::Root, &mut errors)?;
        let (hosts, paths) = (all.hosts, all.paths);
        let nothing =
            || Match { hosts: Vec::new(), paths: vec![PathPattern::Any], conditions: Vec::new() };
        let parts = [
            ("host", Match { hosts, ..nothing() }),
            ("path", Match { paths, ..nothing() }),
            ("conditions", Match { conditions: all.conditions, ..nothing() }),
        ];
        let missed = parts.into_iter().filter_map(|(name, part)| (!holds(part)).then_some(name));
        Some(missed.collect::<Vec<_>>())
    });
    matches.min_by_key(Vec::len).unwrap_or_default()
}
