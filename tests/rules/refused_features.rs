//! Faults of the features that a deployment may use, and how faults are told.

use bluegreen::routing::Table;

fn faults(config: &str) -> Vec<String> {
    match Table::from_json(config.as_bytes()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

/// The faults of one deployment with these members; each starts with `deployments[0]`.
fn assert_deployment(cases: &[(&str, &[&str])]) {
    for (members, expected) in cases {
        let found = faults(&format!(
            r#"{{"deployments": [{{"name": "a", "clusters": {{"blue": "b", "green": "g"}}, {members}}}]}}"#
        ));
        assert_eq!(found.len(), expected.len(), "{members}: {found:?}");
        for (found, expected) in found.iter().zip(*expected) {
            assert!(found.starts_with(&format!("deployments[0]{expected}")), "{members}: {found}");
        }
    }
}

#[test]
fn conditions_on_headers_that_cannot_be_are_refused() {
    assert_deployment(&[
        (
            r#""match": {"headers": [{"name": "a b", "exact": "x"}]}"#,
            &[r#".match.headers[0].name: "a b" cannot"#],
        ),
        (
            r#""match": {"headers": [{"name": "host", "exact": "x"}]}"#,
            &[r#".match.headers[0].name: "host" is no header to Envoy"#],
        ),
        (r#""match": {"headers": [{"name": "a"}]}"#, &[".match.headers[0]: needs one of"]),
        (
            r#""match": {"headers": [{"name": "a", "exact": "x", "present": true}]}"#,
            &[".match.headers[0]: needs one of"],
        ),
        (
            r#""match": {"headers": [{"name": "a", "prefix": ""}]}"#,
            &[".match.headers[0].prefix: is empty"],
        ),
        (
            r#""match": {"headers": [{"name": "a", "exact": "x"}, {"name": "A", "exact": "x"}]}"#,
            &[".match.headers[1]: is listed before"],
        ),
    ]);
}

#[test]
fn keys_and_pins_that_cannot_be_are_refused() {
    assert_deployment(&[
        (r#""sticky": {"keys": [{"query": ""}]}"#, &[".sticky.keys[0].query: is empty"]),
        (r#""sticky": {"keys": [{"property": []}]}"#, &[".sticky.keys[0].property: is empty"]),
        (
            r#""sticky": {"keys": [{"property": ["a", ""]}]}"#,
            &[r#".sticky.keys[0].property[1]: """#],
        ),
        (
            r#""sticky": {"keys": [{"source_address": false}]}"#,
            &[".sticky.keys[0].source_address: can only be true"],
        ),
        (
            r#""sticky": {"keys": [{"header": "a", "cookie": "b"}]}"#,
            &[".sticky.keys[0]: needs one of"],
        ),
        (r#""sticky": {"keys": [{}]}"#, &[".sticky.keys[0]: needs one of"]),
        (
            r#""sticky": {"keys": [{"header": "host"}]}"#,
            &[r#".sticky.keys[0].header: "host" is no header"#],
        ),
        (
            r#""pins": {"green": ["x", ""], "blue": ["x"]}"#,
            &[".pins.green[0]: \"x\" is pinned before", ".pins.green[1]: is empty"],
        ),
    ]);
}

#[test]
fn ramps_that_cannot_be_are_refused() {
    let ramp =
        |start: &str, steps: &str| format!(r#""ramp": {{"start": "{start}", "steps": [{steps}]}}"#);
    let good = "2026-11-23T09:00:00+01:00";
    for (members, expected) in [
        (ramp("soon", r#"{"after": "1m", "green_weight": 5}"#), ".ramp.start: \"soon\" is not a time"),
        (ramp("2026-11-23T09:00:00", r#"{"after": "1m", "green_weight": 5}"#), ".ramp.start: "),
        (ramp("1969-11-23T09:00:00Z", r#"{"after": "1m", "green_weight": 5}"#), ".ramp.start: "),
        (ramp(good, ""), ".ramp.steps: is missing or empty"),
        (ramp(good, r#"{"after": "1m"}"#), ".ramp.steps[0].green_weight: is missing"),
        (ramp(good, r#"{"green_weight": 1}"#), ".ramp.steps[0].after: \"\" is not a duration"),
        (ramp(good, r#"{"after": "1m", "green_weight": 101}"#), ".ramp.steps[0].green_weight: 101 is not between"),
        (ramp(good, r#"{"after": "1m", "green_weight": 1}, {"after": "60s", "green_weight": 2}"#), ".ramp.steps[1].after: \"60s\" is not later"),
        (ramp(good, r#"{"after": "900y", "green_weight": 1}"#), ".ramp.steps[0].after: "),
        (format!(r#"{}, "green_weight": 5"#, ramp(good, r#"{"after": "1m", "green_weight": 5}"#)), ": has both"),
        (r#""ramp": {"start": "2026-11-23T09:00:00Z", "steps": [{"after": "1m", "green_weight": 5}], "shape": "round"}"#.to_owned(), ".ramp.shape: \"round\" is not"),
    ] {
        assert_deployment(&[(&members, &[expected])]);
    }
}

#[test]
fn overrides_that_cannot_be_are_refused() {
    let key = |key: &str| format!(r#""override": {{"keys": [{key}]}}"#);
    let good = r#""secret_base64": "MDEyMzQ1Njc4OWFiY2RlZg==""#;
    for (members, expected) in [
        (r#""override": {}"#.to_owned(), ".override: needs `allow` or `keys`"),
        (r#""override": {"allow": "everyone"}"#.to_owned(), ".override.allow: \"everyone\" is not"),
        (r#""override": {"allow": "anyone", "header": ":x"}"#.to_owned(), ".override.header: "),
        (r#""override": {"allow": "anyone", "max_age": "0s"}"#.to_owned(), ".override.max_age: "),
        (key(&format!("{{{good}}}")), ".override.keys[0].id: "),
        (key(r#"{"id": "a"}"#), ".override.keys[0]: needs one of"),
        (
            key(r#"{"id": "a", "secret_base64": "c2hvcnQ="}"#),
            ".override.keys[0].secret_base64: holds less than 16",
        ),
        (
            key(r#"{"id": "a", "secret_base64": "???"}"#),
            ".override.keys[0].secret_base64: is not base64",
        ),
        (
            key(r#"{"id": "a", "secret_env": "BLUEGREEN_NO_SUCH_VARIABLE"}"#),
            ".override.keys[0].secret_env: names nothing",
        ),
        (
            key(&format!(r#"{{"id": "a", {good}}}, {{"id": "a", {good}}}"#)),
            ".override.keys[1].id: is another key's id too",
        ),
    ] {
        assert_deployment(&[(&members, &[expected])]);
    }
}

#[test]
fn a_secret_stands_in_no_fault() {
    for members in [
        r#""override": {"keys": [{"id": "a", "secret_base64": "hunter2hunter2hunter2=x"}]}"#,
        r#""override": {"keys": [{"id": "a", "secret_base64": ["hunter2"]}]}"#,
        r#""override": {"keys": [{"id": "a", "secret_base64": 123456}]}"#,
        r#""override": {"keys": [{"id": "a", "secret_base64": "hunter2", "secret_env": "hunter2"}]}"#,
        r#""override": {"keys": "hunter2"}, "nmae": 1"#,
        r#""override": {"keys": ["hunter2"]}"#,
        r#""override": {"keys": [{"id": "hunter2!"}]}"#,
        r#""override": {"keys": [{"id": "a", "secret_env": "hunter2"}]}"#,
    ] {
        let told =
            faults(&format!(r#"{{"deployments": [{{"name": "a", {members}}}]}}"#)).join("\n");
        assert!(
            !told.is_empty() && !told.contains("hunter2") && !told.contains("123456"),
            "{told}"
        );
    }
}

#[test]
fn what_does_not_go_together_is_refused() {
    let bucket = r#", "tags": {"bucket_header": {}}"#;
    let config = |members: &str, rest: &str| {
        faults(&format!(r#"{{"deployments": [{{"name": "a", {members}}}]{rest}}}"#))
    };
    let one = |members: &str, rest: &str, expected: &str| {
        let found = config(members, rest);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{members} {rest}: {found:?}");
    };
    one(
        r#""split_by": "route""#,
        "",
        "deployments[0].split_by: \"route\" needs `tags.bucket_header`",
    );
    one(r#""split_by": "dice""#, bucket, "deployments[0].split_by: \"dice\" is not");
    one(
        r#""split_by": "route", "green_weight": 5"#,
        bucket,
        "deployments[0].green_weight: stands beside",
    );
    one(
        r#""split_by": "route", "mirror": {"percent": 5}, "clusters": {"blue": "b", "green": "g"}"#,
        bucket,
        "deployments[0].mirror: needs a weight",
    );
    one(r#""mirror": {"percent": 5}"#, "", "deployments[0].mirror: needs `clusters`");
    one(
        r#""mirror": {}, "clusters": {"blue": "b", "green": "g"}"#,
        "",
        "deployments[0].mirror.percent: is missing",
    );
    one(
        r#""trust_upstream_tags": "internal""#,
        r#", "tags": {"variant_header": null}"#,
        "deployments[0].trust_upstream_tags: needs",
    );
    one(
        r#""trust_upstream_tags": {"peer_prefix": ""}"#,
        "",
        "deployments[0].trust_upstream_tags.peer_prefix: is missing or empty",
    );
    one(
        r#""trust_upstream_tags": "all""#,
        "",
        "deployments[0].trust_upstream_tags: \"all\" is not",
    );
    one(
        r#""rollback": false"#,
        r#", "tags": {"bucket_header": {"buckets": 0}}"#,
        "tags.bucket_header.buckets: 0 is not between",
    );
    one(
        r#""rollback": false"#,
        r#", "tags": {"bucket_header": {"name": "x-bluegreen-variant"}}"#,
        "tags.bucket_header.name: \"x-bluegreen-variant\" is another",
    );
    one(
        r#""rollback": false"#,
        r#", "tags": {"filter_state": "a b"}"#,
        "tags.filter_state: \"a b\" is not",
    );
    one(
        r#""rollback": false"#,
        r#", "tags": {"response_header": "set-cookie"}"#,
        "tags.response_header: \"set-cookie\" has another",
    );
    one(r#""rollback": false"#, r#", "explain": "always""#, "explain: \"always\" is not");
    one(
        r#""rollback": false"#,
        r#", "rollback": {"sources": [{"in": "route", "path": []}]}"#,
        "rollback.sources[0].path: is empty",
    );
    one(
        r#""rollback": false"#,
        r#", "rollback": {"sources": [{"in": "rout", "path": ["a"]}]}"#,
        "rollback.sources[0].in: \"rout\" is not",
    );
    one(
        r#""rollback": false"#,
        r#", "rollback": {"sources": [{"path": ["a"]}]}"#,
        "rollback.sources[0].in: is missing",
    );
}

#[test]
fn every_bad_element_of_a_list_is_told() {
    let found = faults(
        r#"{"deployments": [{"name": "a", "sticky": {"keys": [{"a": 1}, {"b": "x"}, "cookie", {"header": 5}, {"header": ""}]}}],
            "rollback": {"sources": ["nodes", 5, "moon", null, {"in": 1}]}}"#,
    );
    for path in [
        "keys[0].a",
        "keys[1].b",
        "keys[2]",
        "keys[3].header",
        "keys[4].header",
        "sources[0]",
        "sources[1]",
        "sources[2]",
        "sources[3]",
        "sources[4].in",
    ] {
        let told = found.iter().filter(|fault| fault.contains(&format!("{path}:"))).count();
        assert_eq!(told, 1, "{path} in\n{}", found.join("\n"));
    }
}

#[test]
fn a_fault_within_a_part_does_not_hide_one_of_the_whole() {
    let found = faults(
        r#"{"deployments": [{"name": "a", "match": {"hosts": [5], "path": "/a", "path_prefix": "/b"}}]}"#,
    );
    assert_eq!(found.len(), 2, "{found:?}");
    let found = faults(
        r#"{"deployments": [{"name": "a", "nmae": 1, "rollback": true, "rollback": false}]}"#,
    );
    assert!(
        found.iter().any(|fault| fault.contains("duplicate field")) || found.len() == 1,
        "{found:?}"
    );
}

#[test]
fn more_faults_than_anybody_reads_are_counted_and_cost_no_more_time_than_they_are_many() {
    let hosts = vec!["5"; 20_000].join(",");
    let config =
        format!(r#"{{"deployments": [{{"name": "a", "match": {{"hosts": [{hosts}]}}}}]}}"#);
    let faults = Table::from_json(config.as_bytes()).unwrap_err();
    assert_eq!(faults.iter().len(), 100);
    let names = vec![r#"{"name": "?", "match": {"path": "x"}}"#; 500].join(",");
    let faults =
        Table::from_json(format!(r#"{{"deployments": [{names}]}}"#).as_bytes()).unwrap_err();
    assert_eq!((faults.iter().len(), faults.untold()), (100, 1399));
}

#[test]
fn a_fault_is_one_line_whatever_its_key_is() {
    let key = format!("a\\nb: forged {}", "x".repeat(5000));
    let found = faults(&format!(r#"{{"deployments": [{{"name": "a"}}], "{key}": 1}}"#));
    assert!(found.len() == 1 && !found[0].contains('\n') && found[0].len() < 400, "{found:?}");
}
