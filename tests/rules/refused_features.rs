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
        (
            r#""sticky": {"keys": [{"query": "a", "decode": "percent"}]}"#,
            &[".sticky.keys[0].decode: is for a `cookie`"],
        ),
        (
            r#""sticky": {"keys": [{"cookie": "a", "decode": "rot13"}]}"#,
            &[r#".sticky.keys[0].decode: "rot13" is not"#],
        ),
        (r#""sticky": {"keys": [{}]}"#, &[".sticky.keys[0]: required: exactly one of"]),
        (
            r#""sticky": {"salt_env": "NO_SUCH_VARIABLE"}"#,
            &[".sticky.salt_env: not found: the environment has no such variable"],
        ),
        (
            r#""sticky": {"salt_env": "BLUEGREEN_SHORT_SECRET"}"#,
            &[".sticky.salt_env: must hold at least 16 bytes"],
        ),
        (
            r#""sticky": {"salt_env": "BLUEGREEN_CI_SECRET", "salt": "x"}"#,
            &[".sticky: `salt` and `salt_env` exclude each other"],
        ),
        (
            r#""sticky": {"keys": [{"header": "host"}]}"#,
            &[r#".sticky.keys[0].header: "host" is no header"#],
        ),
        (
            r#""sticky": {"keys": [{"x_forwarded_for": 0}]}"#,
            &[".sticky.keys[0].x_forwarded_for: is 0: 1 is the last entry"],
        ),
        (
            r#""sticky": {"keys": [{"host": false}]}"#,
            &[".sticky.keys[0].host: must be true or left out"],
        ),
        (
            r#""sticky": {"keys": [{"all": [{"host": true}]}]}"#,
            &[".sticky.keys[0].all: must hold two keys or more"],
        ),
        (
            r#""sticky": {"keys": [{"all": [{"query": ""}, {"all": []}]}]}"#,
            &[
                ".sticky.keys[0].all[0].query: is empty",
                ".sticky.keys[0].all[1].all: cannot stand within another `all`",
            ],
        ),
        (
            r#""sticky": {"ignore": ["x", "", "x"]}"#,
            &[".sticky.ignore[1]: is empty", ".sticky.ignore[2]: duplicate of ignore[0]"],
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
        (ramp(good, r#"{"green_weight": 1}"#), ".ramp.steps[0]: required: exactly one of `after`, `at`"),
        (ramp(good, r#"{"green_weight": 1, "after": "1m", "at": "2026-11-23T09:00:00+01:00"}"#), ".ramp.steps[0]: required: exactly one of `after`, `at`"),
        (ramp(good, r#"{"green_weight": 1, "at": "2026-11-23"}"#), ".ramp.steps[0].at: \"2026-11-23\" is not a time of RFC 3339"),
        (ramp(good, r#"{"green_weight": 1, "at": "2026-11-23T07:59:59Z"}"#), ".ramp.steps[0].at: \"2026-11-23T07:59:59Z\" is before the start"),
        (ramp("1970-01-01T00:00:00Z", r#"{"green_weight": 1, "at": "2500-01-01T00:00:00Z"}"#), ".ramp.steps[0].at: \"2500-01-01T00:00:00Z\" is more than 292 years"),
        (ramp(good, r#"{"after": "1m", "green_weight": 1}, {"at": "2026-11-23T08:01:00Z", "green_weight": 2}"#), ".ramp.steps[1].at: \"2026-11-23T08:01:00Z\" is not later"),
        (ramp("soon", r#"{"at": "2026-11-23T08:01:00Z", "green_weight": 2}"#), ".ramp.start: \"soon\" is not a time"),
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
fn sessions_need_a_ramp() {
    let sticky = r#""sticky": {"sessions": {"born": "uuid_v7"}}"#;
    let found = |deployments: &str, rest: &str| {
        errors(&format!(
            r#"{{"deployments": [{deployments}], "tags": {{"bucket_header": {{}}}} {rest}}}"#
        ))
    };
    let ramp = r#""ramp": {"start": "2026-11-23T09:00:00Z", "steps": [{"after": "0s", "green_weight": 5}]}"#;
    let required = "deployments[0].ramp: required: by `sticky.sessions`";
    let default = format!(r#", "defaults": {{{sticky}}}"#);
    for (deployments, rest, expected) in [
        (format!(r#"{{"name": "a", {sticky}}}"#), "", required),
        (format!(r#"{{"name": "a", {sticky}, "green_weight": 5}}"#), "", required),
        (r#"{"name": "a", "green_weight": 5}"#.into(), &*default, required),
        (
            format!(r#"{{"name": "a", {sticky}, "split_by": "route"}}"#),
            "",
            "deployments[0].split_by: cannot be used with `sticky.sessions`",
        ),
        (
            format!(r#"{{"name": "a", "sticky": {{"sessions": {{}}}}, {ramp}}}"#),
            "",
            "deployments[0].sticky.sessions.born: required",
        ),
        (
            format!(r#"{{"name": "a", "sticky": {{"sessions": {{"born": "today"}}}}, {ramp}}}"#),
            "",
            r#"deployments[0].sticky.sessions.born: "today" is not"#,
        ),
        // A ramp that is wrong is not missing too.
        (
            format!(r#"{{"name": "a", {sticky}, "ramp": 5}}"#),
            "",
            "deployments[0].ramp: 5 is not an object",
        ),
    ] {
        let found = found(&deployments, rest);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{deployments}: {found:?}");
    }
    let good = format!(r#"{{"name": "a", {ramp}}}"#);
    assert_eq!(found(&good, &default), [""; 0]);
    let other = r#"{"name": "a", "sticky": {"keys": []}}"#;
    assert_eq!(found(other, &default), [""; 0]);
    let connection = format!(
        r#"{{"name": "a", {ramp}, "sticky": {{"sessions": {{"born": "ulid"}}, "issue_cookie": {{"per": "connection"}}}}}}"#
    );
    let found = found(&connection, "");
    let expected = "deployments[0].sticky.issue_cookie.per: \"connection\" cannot be used with";
    assert!(found.len() == 1 && found[0].starts_with(expected), "{found:?}");
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
    one(r#""rollback": false"#, r#", "tags": {"record": "a b"}"#, "tags.record: \"a b\" is not");
    one(
        r#""rollback": false"#,
        r#", "tags": {"filter_state": "a", "record": "a"}"#,
        "tags.record: \"a\" is the name of tags.filter_state too",
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

#[test]
fn only_a_number_is_a_number() {
    for number in [
        r#"{"$serde_json::private::Number": "50"}"#,
        r#"{"\u0024serde_json::private::Number": "50"}"#,
        r#"{"$serde_json::private::RawValue": "50"}"#,
    ] {
        for (members, at) in [
            (format!(r#""green_weight": {number}"#), ".green_weight"),
            (format!(r#""mirror": {{"percent": {number}}}"#), ".mirror.percent"),
            (
                format!(
                    r#""ramp": {{"start": "2026-01-01T00:00:00Z", "steps": [{{"after": "1m", "green_weight": {number}}}]}}"#
                ),
                ".ramp.steps[0].green_weight",
            ),
        ] {
            let expected = format!("{at}: an object is not a JSON number");
            assert_deployment(&[(&members, &[&expected])]);
        }
        let sources = format!(
            r#"{{"deployments": [{{"name": "a"}}], "rollback": {{"sources": [{number}]}}}}"#
        );
        assert!(!errors(&sources).is_empty(), "{sources}");
    }
    // What may be a text or an object is no number either.
    for (members, expected) in [
        (r#""match": 5"#, ".match: 5 is not an object or a list of objects"),
        (r#""trust_tags_from": 5"#, ".trust_tags_from: 5 is not a text or an object"),
    ] {
        assert_deployment(&[(members, &[expected])]);
    }
}

#[test]
fn a_number_of_any_length_is_cut_in_an_error() {
    let digits = "9".repeat(1_000_000);
    for members in [
        format!(r#""green_weight": {digits}"#),
        format!(r#""green_weight": 0.{digits}"#),
        format!(r#""green_weight": 1e{digits}"#),
        format!(r#""mirror": {{"percent": {digits}}}"#),
        format!(r#""rollback": {digits}"#),
        format!(r#""match": {{"path": {digits}}}"#),
        format!(r#""match": {{"path": "{digits}"}}"#),
        format!(r#""split_by": "{digits}""#),
        format!(r#""{digits}": 1"#),
    ] {
        let found = errors(&format!(
            r#"{{"deployments": [{{"name": "a", "clusters": {{"blue": "b", "green": "g"}}, {members}}}]}}"#
        ));
        assert_eq!(found.len(), 1, "{}", &members[..40]);
        assert!(found[0].chars().count() < 500, "{} characters", found[0].chars().count());
    }
}

#[test]
fn headers_that_carry_credentials_or_tell_a_way_cannot_be_the_filter_s() {
    for header in [
        "authorization",
        "Authorization",
        "cookie",
        "proxy-authorization",
        "x-api-key",
        "x-forwarded-for",
        "X-Forwarded-Client-Cert",
        "forwarded",
        "x-envoy-internal",
        "X-Envoy-Retry-On",
        "te",
    ] {
        for (tags, at) in [
            (format!(r#""variant_header": "{header}""#), "variant_header"),
            (format!(r#""response_header": "{header}""#), "response_header"),
            (format!(r#""bucket_header": {{"name": "{header}"}}"#), "bucket_header.name"),
        ] {
            let found = errors(&format!(r#"{{"deployments": [], "tags": {{{tags}}}}}"#));
            let expected = format!("tags.{at}: \"{header}\" has another meaning");
            assert!(found.len() == 1 && found[0].starts_with(&expected), "{tags}: {found:?}");
        }
        let members = format!(r#""override": {{"allow": "anyone", "header": "{header}"}}"#);
        assert_deployment(&[(&members, &[".override.header: this value has another meaning"])]);
    }
}

#[test]
fn no_deployments_are_a_configuration_but_none_at_all_is_missing() {
    assert_eq!(errors(r#"{"deployments": []}"#), [""; 0]);
    for (config, expected) in [
        ("{}", "deployments: required"),
        (r#"{"tags": {}}"#, "deployments: required"),
        (r#"{"deployments": null}"#, "deployments: null is not a list"),
    ] {
        assert_eq!(errors(config), [expected]);
    }
    let beside = errors(r#"{"deployments": [], "tags": {"blue": "hide"}}"#);
    assert!(beside.len() == 1 && beside[0].starts_with("tags.blue: "), "{beside:?}");
}
