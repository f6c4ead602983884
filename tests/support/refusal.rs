//! The errors of configurations that are refused.

use crate::environment::configured;

/// The errors of a configuration as an operator reads them; none if it is accepted.
pub fn errors(config: &str) -> Vec<String> {
    match configured(config) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

/// For each case the members of a deployment, and how each of its errors begins after
/// `deployments[0]`.
pub fn assert_deployment(cases: &[(&str, &[&str])]) {
    for (members, expected) in cases {
        let found = errors(&format!(
            r#"{{"deployments": [{{"name": "a", "clusters": {{"blue": "b", "green": "g"}}, {members}}}]}}"#
        ));
        assert_eq!(found.len(), expected.len(), "{members}: {found:?}");
        for (found, expected) in found.iter().zip(*expected) {
            assert!(found.starts_with(&format!("deployments[0]{expected}")), "{members}: {found}");
        }
    }
}
