//! Errors of the features that a deployment may use, and how they are reported.

use bluegreen_tests::environment::configured;
use bluegreen_tests::refusal::{assert_deployment, errors};

#[test]
fn conditions_that_cannot_be_are_refused() {
    let condition =
        |list: &str, condition: &str| format!(r#""match": {{"{list}": [{condition}]}}"#);
    for (list, members, expected) in [
        ("headers", r#"{"name": "a b", "exact": "x"}"#, r#"[0].name: "a b" cannot"#),
        ("headers", r#"{"name": "host", "exact": "x"}"#, r#"[0].name: "host" is no header"#),
        ("headers", r#"{"name": ":method", "exact": "x"}"#, r#"[0].name: ":method" cannot"#),
        ("cookies", r#"{"name": "a b", "exact": "x"}"#, r#"[0].name: "a b" cannot"#),
        ("query", r#"{"exact": "x"}"#, "[0].name: required"),
        ("query", r#"{"name": "a"}"#, "[0]: required: exactly one of"),
        ("headers", r#"{"name": "a", "exact": "x", "present": true}"#, "[0]: required: exactly"),
        ("cookies", r#"{"name": "a", "prefix": "x", "suffix": "y"}"#, "[0]: required: exactly"),
        ("headers", r#"{"name": "a", "prefix": ""}"#, "[0].prefix: is empty"),
        ("query", r#"{"name": "a", "suffix": ""}"#, "[0].suffix: is empty"),
        ("query", r#"{"name": "a", "one_of": []}"#, "[0].one_of: is empty"),
        (
            "query",
            r#"{"name": "a", "one_of": ["x", "x"]}"#,
            "[0].one_of[1]: duplicate of one_of[0]",
        ),
        (
            "headers",
            r#"{"name": "a", "one_of": ["x", "X"], "ignore_case": true}"#,
            "[0].one_of[1]: duplicate of one_of[0]",
        ),
        ("headers", r#"{"name": "a", "regex": "x"}"#, "[0].regex: unknown key"),
        ("headers", r#"{"name": "a", "exact": "x", "not": 1}"#, "[0].not: 1 is not a boolean"),
        (
            "headers",
            r#"{"name": "a", "exact": "x"}, {"name": "A", "exact": "x"}"#,
            "[1]: duplicate of headers[0]",
        ),
        (
            "headers",
            r#"{"name": "a", "one_of": ["x"]}, {"name": "A", "exact": "x"}"#,
            "[1]: duplicate of headers[0]",
        ),
        (
            "query",
            r#"{"name": "a", "present": false}, {"name": "a", "present": true, "not": true}"#,
            "[1]: duplicate of query[0]",
        ),
    ] {
        assert_deployment(&[(&condition(list, members), &[&format!(".match.{list}{expected}")])]);
    }
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
            &[".sticky.keys[0].source_address: must be true or left out"],
        ),
        (
            r#""sticky": {"keys": [{"header": "a", "cookie": "b"}]}"#,
            &[".sticky.keys[0]: required: exactly one of"],
        ),
        (r#""sticky": {"keys": [{}]}"#, &[".sticky.keys[0]: required: exactly one of"]),
        (
            r#""sticky": {"keys": [{"header": "host"}]}"#,
            &[r#".sticky.keys[0].header: "host" is no header"#],
        ),
        (
            r#""pins": {"green": ["x", ""], "blue": ["x"]}"#,
            &[".pins.green[0]: duplicate of blue[0]", ".pins.green[1]: is empty"],
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
        (ramp(good, ""), ".ramp.steps: required"),
        (ramp(good, r#"{"after": "1m"}"#), ".ramp.steps[0].green_weight: required"),
        (ramp(good, r#"{"green_weight": 1}"#), ".ramp.steps[0].after: \"\" is not a duration"),
        (ramp(good, r#"{"after": "1m", "green_weight": 101}"#), ".ramp.steps[0].green_weight: 101 is not between"),
        (ramp(good, r#"{"after": "1m", "green_weight": 1}, {"after": "60s", "green_weight": 2}"#), ".ramp.steps[1].after: \"60s\" is not later"),
        (ramp("2600-01-01T00:00:00Z", r#"{"after": "1m", "green_weight": 5}"#), ".ramp.start: \"2600-01-01T00:00:00Z\" is not a time of RFC 3339 such as \"2026-11-23T09:00:00+01:00\", from 1970 to 2554"),
        (ramp(good, r#"{"after": "400y", "green_weight": 1}"#), ".ramp.steps[0].after: \"400y\" is not a duration such as \"10m\", of at most 292 years"),
        (format!(r#"{}, "green_weight": 5"#, ramp(good, r#"{"after": "1m", "green_weight": 5}"#)), ": `green_weight` and `ramp` exclude"),
        (r#""ramp": {"start": "2026-11-23T09:00:00Z", "steps": [{"after": "1m", "green_weight": 5}], "shape": "round"}"#.to_owned(), ".ramp.shape: \"round\" is not"),
    ] {
        assert_deployment(&[(&members, &[expected])]);
    }
}

#[test]
fn what_does_not_go_together_is_refused() {
    let bucket = r#", "tags": {"bucket_header": {}}"#;
    let config = |members: &str, rest: &str| {
        errors(&format!(r#"{{"deployments": [{{"name": "a", {members}}}]{rest}}}"#))
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
    for tag in ["variant_header", "response_header"] {
        one(
            r#""rollback": false"#,
            &format!(r#", "tags": {{"{tag}": "X-Bluegreen-Explain"}}"#),
            &format!("tags.{tag}: \"X-Bluegreen-Explain\" is the header of explanations"),
        );
    }
    one(r#""split_by": "dice""#, bucket, "deployments[0].split_by: \"dice\" is not");
    one(
        r#""split_by": "route", "green_weight": 5"#,
        bucket,
        "deployments[0].green_weight: must be left out",
    );
    one(
        r#""split_by": "route", "mirror": {"percent": 5}, "clusters": {"blue": "b", "green": "g"}"#,
        bucket,
        "deployments[0].mirror: cannot be used with `split_by: route`",
    );
    one(r#""mirror": {"percent": 5}"#, "", "deployments[0].mirror: needs `clusters`");
    one(
        r#""mirror": {}, "clusters": {"blue": "b", "green": "g"}"#,
        "",
        "deployments[0].mirror.percent: required",
    );
    one(
        r#""trust_tags_from": "internal""#,
        r#", "tags": {"variant_header": null}"#,
        "deployments[0].trust_tags_from: needs",
    );
    one(
        r#""trust_tags_from": {"peer_prefix": ""}"#,
        "",
        "deployments[0].trust_tags_from.peer_prefix: required",
    );
    one(r#""trust_tags_from": "all""#, "", "deployments[0].trust_tags_from: \"all\" is not");
    one(
        r#""rollback": false"#,
        r#", "tags": {"bucket_header": {"buckets": 0}}"#,
        "tags.bucket_header.buckets: 0 is not between",
    );
    one(
        r#""rollback": false"#,
        r#", "tags": {"bucket_header": {"name": "x-bluegreen-variant"}}"#,
        "tags.bucket_header.name: \"x-bluegreen-variant\" is the name of tags.variant_header too",
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
        "rollback.sources[0].in: required",
    );
}

#[test]
fn a_route_that_holds_the_weight_has_to_learn_of_variants_that_are_fixed() {
    let route = |members: &str, tags: &str| {
        errors(&format!(
            r#"{{"deployments": [{{"name": "a", "split_by": "route" {members}}}], "tags": {{"bucket_header": {{}}, {tags}}}}}"#
        ))
    };
    let clusters = r#", "clusters": {"blue": "b", "green": "g"}"#;
    for (members, tags) in [
        (clusters, r#""variant_header": null, "cluster_header": null"#),
        // Without clusters there is none to tell.
        ("", r#""variant_header": null"#),
    ] {
        let found = route(members, tags);
        let expected = "deployments[0].split_by: \"route\" needs a tag";
        assert!(found.len() == 1 && found[0].starts_with(expected), "{tags}: {found:?}");
    }
    for tags in [
        r#""variant_header": null"#,
        r#""cluster_header": null"#,
        r#""variant_header": null, "cluster_header": null, "filter_state": "side""#,
    ] {
        assert_eq!(route(clusters, tags), [""; 0], "{tags}");
    }
}

#[test]
fn a_key_that_was_renamed_is_an_error_that_names_the_new_one() {
    let renamed = "trust_upstream_tags: unknown key; its name is `trust_tags_from` now";
    let found = errors(
        r#"{"deployments": [{"name": "a", "trust_upstream_tags": "internal"}],
            "defaults": {"trust_upstream_tags": {"peer_prefix": "spiffe://"}}}"#,
    );
    assert_eq!(found, [format!("defaults.{renamed}"), format!("deployments[0].{renamed}")]);
}

#[test]
fn every_bad_element_of_a_list_is_reported() {
    let found = errors(
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
        let reported = found.iter().filter(|error| error.contains(&format!("{path}:"))).count();
        assert_eq!(reported, 1, "{path} in\n{}", found.join("\n"));
    }
}

#[test]
fn an_error_within_a_part_does_not_hide_one_of_the_whole() {
    let found = errors(
        r#"{"deployments": [{"name": "a", "match": {"hosts": [5], "headers": [{"name": "a"}]}}]}"#,
    );
    assert_eq!(found.len(), 2, "{found:?}");
    let found = errors(
        r#"{"deployments": [{"name": "a", "rollback": true, "rollback": false, "nmae": 1}]}"#,
    );
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("deployments[0].nmae: unknown key"), "{found:?}");
    assert_eq!(found[1], "duplicate field `rollback` at line 1 column 59");
}

#[test]
fn a_duplicate_key_is_reported_with_its_place_and_no_value() {
    for members in [
        r#""rollback": "first", "rollback": false"#,
        r#""match": "first", "match": {}"#,
        r#""match": {"hosts": "first", "hosts": ["a"]}"#,
        r#""sticky": {"keys": [{"header": "first", "header": 1}]}"#,
    ] {
        let found =
            errors(&format!(r#"{{"deployments": [{{"name": "a", {members}}}]}}"#)).join("\n");
        assert!(found.contains("line 1 column ") && !found.contains("first"), "{members}: {found}");
    }
}

#[test]
fn more_errors_than_anybody_reads_are_counted_and_cost_no_more_time_than_they_are_many() {
    let hosts = vec!["5"; 20_000].join(",");
    let config =
        format!(r#"{{"deployments": [{{"name": "a", "match": {{"hosts": [{hosts}]}}}}]}}"#);
    let errors = configured(&config).unwrap_err();
    assert_eq!(errors.iter().len(), 100);
    let names = vec![r#"{"name": "?", "match": {"path": "x"}}"#; 500].join(",");
    let errors = configured(&format!(r#"{{"deployments": [{names}]}}"#)).unwrap_err();
    assert_eq!((errors.iter().len(), errors.is_full()), (100, true));
}

#[test]
fn an_error_is_one_line_whatever_its_key_is() {
    let key = format!("a\\nb: forged {}", "x".repeat(5000));
    let found = errors(&format!(r#"{{"deployments": [{{"name": "a"}}], "{key}": 1}}"#));
    assert!(found.len() == 1 && !found[0].contains('\n') && found[0].len() < 400, "{found:?}");
}
