//! Configurations that are as large, or as wrong, as they can be in one way.

use serde_json::{Value, json};

/// A way in which a configuration can grow, and whether it is accepted.
pub struct Hostile {
    pub name: &'static str,
    pub is_accepted: bool,
    /// The text at a size.
    pub text: fn(usize) -> String,
}

const SECRET: &str = "MDEyMzQ1Njc4OWFiY2RlZg==";

pub const HOSTILE: [Hostile; 18] = [
    Hostile {
        name: "header_sets_on_one_host_and_path",
        is_accepted: true,
        text: |size| {
            deployments(size, |n| {
                let one = json!({"name": "x-tenant", "present": true});
                json!({"headers": [one, {"name": format!("x-{n}"), "present": true}]})
            })
        },
    },
    Hostile {
        name: "conditions_that_must_not_hold",
        is_accepted: true,
        text: |size| {
            deployments(
                size,
                |n| json!({"query": [{"name": "q", "exact": format!("v{n}"), "not": true}]}),
            )
        },
    },
    Hostile {
        name: "conditions_of_one_deployment",
        is_accepted: true,
        text: |size| {
            let all: Vec<Value> =
                (0..size).map(|n| json!({"name": format!("x-{n}"), "exact": "a"})).collect();
            deployment(&json!({"match": {"headers": all}}))
        },
    },
    Hostile {
        name: "paths_of_one_deployment",
        is_accepted: true,
        text: |size| {
            let paths: Vec<String> = (0..size).map(|n| format!("/v1/{n}")).collect();
            deployment(&json!({"match": {"path": paths, "path_prefix": paths}}))
        },
    },
    Hostile {
        name: "matches_of_one_deployment",
        is_accepted: true,
        text: |size| {
            let all: Vec<Value> = (0..size).map(|n| json!({"path": format!("/v1/{n}")})).collect();
            deployment(&json!({"match": all}))
        },
    },
    Hostile {
        name: "values_of_one_condition",
        is_accepted: true,
        text: |size| {
            let values: Vec<String> = (0..size).map(|n| format!("v{n}")).collect();
            let list = |name| json!({"name": name, "one_of": values});
            deployment(&json!({"match": {"query": [list("a"), list("b")]}}))
        },
    },
    Hostile {
        name: "hosts_times_paths",
        is_accepted: false,
        text: |size| {
            let hosts: Vec<String> = (0..size).map(|n| format!("h{n}.example")).collect();
            let paths: Vec<String> = (0..size).map(|n| format!("/v1/{n}")).collect();
            deployment(&json!({"match": {"hosts": hosts, "path": paths}}))
        },
    },
    Hostile {
        name: "override_keys",
        is_accepted: true,
        text: |size| {
            let key = |n| json!({"id": format!("k{n}"), "secret_base64": SECRET});
            let keys: Vec<Value> = (0..size).map(key).collect();
            deployment(&json!({"override": {"keys": keys}}))
        },
    },
    Hostile {
        name: "rollback_paths",
        is_accepted: true,
        text: |size| {
            let source = |n: usize| json!({"in": "route", "path": ["a", n.to_string()]});
            let sources: Vec<Value> = (0..size).map(source).collect();
            json!({"deployments": [{"name": "a"}], "rollback": {"sources": sources}}).to_string()
        },
    },
    Hostile {
        name: "pins",
        is_accepted: true,
        text: |size| {
            let pins: Vec<String> = (0..size).map(|n| format!("u{n}")).collect();
            deployment(&json!({"pins": {"green": pins}, "sticky": {"issue_cookie": {}}}))
        },
    },
    Hostile {
        name: "pins_that_are_all_wrong",
        is_accepted: false,
        text: |size| deployment(&json!({"pins": {"green": vec!["same"; size]}})),
    },
    Hostile {
        name: "one_error_among_deployments",
        is_accepted: false,
        text: |size| {
            let wrong = |n: usize| {
                if n == size / 2 { json!({"hots": []}) } else { json!({"path": format!("/{n}")}) }
            };
            deployments(size, wrong)
        },
    },
    Hostile {
        name: "one_bad_value_among_deployments",
        is_accepted: false,
        text: |size| {
            let wrong = |n: usize| json!({"path": if n == size - 1 { "x".into() } else { format!("/{n}") }});
            deployments(size, wrong)
        },
    },
    Hostile {
        name: "deployments_that_are_all_wrong",
        is_accepted: false,
        text: |size| deployments(size, |n| json!({"hosts": [format!("a..{n}")]})),
    },
    Hostile {
        name: "deployments_of_one_name",
        is_accepted: false,
        text: |size| {
            let one = |n| json!({"name": "a", "match": {"path": format!("/{n}")}});
            json!({"deployments": (0..size).map(one).collect::<Vec<_>>()}).to_string()
        },
    },
    Hostile {
        name: "unknown_keys_written_twice",
        is_accepted: false,
        text: |size| {
            let keys: Vec<String> = (0..size).map(|n| format!("\"k{n}\": {{}}")).collect();
            let keys = keys.join(",");
            format!("{{\"deployments\": [{{\"name\": \"a\", {keys}, {keys}}}]}}")
        },
    },
    Hostile {
        name: "known_keys_written_often",
        is_accepted: false,
        text: |size| {
            let keys = vec!["\"rollback\": 1, \"match\": 5"; size].join(",");
            format!("{{\"deployments\": [{{\"name\": \"a\", {keys}}}]}}")
        },
    },
    Hostile {
        name: "numbers_where_hosts_belong",
        is_accepted: false,
        text: |size| deployment(&json!({"match": {"hosts": vec![1; size]}})),
    },
];

/// A configuration of one deployment with these members.
fn deployment(members: &Value) -> String {
    let mut one = json!({"name": "a"});
    for (key, value) in members.as_object().unwrap() {
        one[key] = value.clone();
    }
    json!({"deployments": [one]}).to_string()
}

/// A configuration of so many deployments that differ in their matches.
fn deployments(size: usize, matches: impl Fn(usize) -> Value) -> String {
    let one = |n| json!({"name": format!("m{n}"), "match": matches(n)});
    json!({"deployments": (0..size).map(one).collect::<Vec<_>>()}).to_string()
}
