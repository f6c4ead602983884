//! What is no error and can hardly be meant is warned of, with its path.

use bluegreen_tests::environment::configured;

/// The warnings of a configuration that is accepted.
fn warnings(config: &str) -> Vec<String> {
    let table = configured(config).unwrap_or_else(|errors| panic!("{config}: {errors}"));
    table.warnings().iter().map(ToString::to_string).collect()
}

/// The warnings of a configuration with this one deployment, named `a`, without their common start.
fn of_deployment(members: &str, rest: &str) -> Vec<String> {
    let config = format!(r#"{{"deployments": [{{"name": "a", {members}}}] {rest}}}"#);
    let all = warnings(&config).into_iter();
    all.map(|warning| warning.strip_prefix("deployments[0].").unwrap_or(&warning).to_owned())
        .collect()
}

fn assert_one(found: &[String], expected: &str, config: &str) {
    assert!(found.len() == 1 && found[0].starts_with(expected), "{config}: {found:?}");
}

#[test]
fn a_prefix_that_ends_within_a_word_is_warned_of() {
    for prefix in
        ["/inference.", "/v1/models/fraud-", "/v1/models/fraud:", "/v1;", "/a_", "/v1/fraud%2D"]
    {
        let members = format!(r#""match": {{"path_prefix": ["/ok", "{prefix}"]}}"#);
        let found = of_deployment(&members, "");
        assert_one(&found, "match.path_prefix[1]: matches nothing that goes on", prefix);
        let exact = format!(r#""match": {{"path": "{prefix}"}}"#);
        assert_eq!(of_deployment(&exact, ""), [""; 0]);
    }
    for prefix in ["/", "/v1", "/v1/", "/v1/fraud-2", "/v1/fraud%2F"] {
        let members = format!(r#""match": {{"path_prefix": "{prefix}"}}"#);
        assert_eq!(of_deployment(&members, ""), [""; 0]);
    }
}

#[test]
fn a_star_in_a_path_is_warned_of() {
    for (key, path) in
        [("path_prefix", "/v1/*/models/fraud"), ("path", "/v1/*"), ("path_prefix", "/v1/*")]
    {
        let members = format!(r#""match": {{"{key}": "{path}"}}"#);
        assert_one(&of_deployment(&members, ""), &format!("match.{key}: has a `*`"), path);
    }
}

#[test]
fn a_deployment_that_is_never_reached_is_warned_of() {
    let two = |a: &str, b: &str| {
        warnings(&format!(
            r#"{{"deployments": [{{"name": "a", "match": {a}}}, {{"name": "b", "match": {b}}}]}}"#
        ))
    };
    for (a, b) in [
        (r#"{"hosts": ["x", "y"]}"#, r#"{"hosts": ["y"]}"#),
        (
            r#"{"path": ["/a", "/b"], "path_prefix": "/c"}"#,
            r#"[{"path": "/b"}, {"path_prefix": "/c"}]"#,
        ),
        (
            r#"{"headers": [{"name": "x", "one_of": ["a", "b"]}]}"#,
            r#"{"headers": [{"name": "X", "exact": "b"}]}"#,
        ),
        (r#"{"methods": ["GET", "POST"]}"#, r#"{"methods": ["POST"]}"#),
        (
            r#"{"path": ["/a", "/b"], "query": [{"name": "q", "exact": "a", "not": true}]}"#,
            r#"{"path": "/a", "query": [{"name": "q", "exact": "a", "not": true}]}"#,
        ),
    ] {
        assert_one(&two(a, b), "deployments[1]: is never reached", b);
    }
    for (a, b) in [
        (r#"{"hosts": ["x", "y"]}"#, r#"{"hosts": ["y", "z"]}"#),
        (r#"{"path_prefix": "/a"}"#, r#"{"path_prefix": "/a/b"}"#),
        (
            r#"{"headers": [{"name": "x", "prefix": "a"}]}"#,
            r#"{"headers": [{"name": "x", "exact": "a"}]}"#,
        ),
        ("{}", r#"{"methods": ["GET"]}"#),
        (r#"{"methods": ["GET"]}"#, "{}"),
    ] {
        assert_eq!(two(a, b), [""; 0], "{a} {b}");
    }
}

#[test]
fn what_divides_users_without_any_key_is_warned_of() {
    let ramp = r#""ramp": {"start": "2026-01-01T00:00:00Z", "steps": [{"after": "1m", "green_weight": 5}]}"#;
    let bucket = r#", "tags": {"bucket_header": {}}"#;
    for (members, rest, expected) in [
        (r#""green_weight": 50"#, "", "green_weight: needs keys in `sticky`"),
        (ramp, "", "ramp: needs keys in `sticky`"),
        (r#""split_by": "route""#, bucket, "split_by: needs keys in `sticky`"),
    ] {
        assert_one(&of_deployment(members, rest), expected, members);
        let sticky = r#""sticky": {"keys": [{"header": "x-user"}]}"#;
        let issued = r#""sticky": {"issue_cookie": {}}"#;
        for keyed in [sticky, issued] {
            assert_eq!(of_deployment(&format!("{members}, {keyed}"), rest), [""; 0]);
        }
        let defaults = format!(r#"{rest}, "defaults": {{{sticky}}}"#);
        assert_eq!(of_deployment(members, &defaults), [""; 0]);
        assert_one(
            &of_deployment(&format!(r#"{members}, "sticky": {{}}"#), &defaults),
            expected,
            rest,
        );
    }
    for weight in ["0", "100", "1e2"] {
        assert_eq!(of_deployment(&format!(r#""green_weight": {weight}"#), ""), [""; 0]);
    }
}

#[test]
fn a_green_that_no_tag_shows_is_warned_of() {
    let no_variant = r#", "tags": {"variant_header": null}"#;
    let members = r#""green_weight": 100"#;
    assert_one(&of_deployment(members, no_variant), "green_weight: can never be seen", members);
    let clusters = r#""green_weight": 100, "clusters": {"blue": "b", "green": "g"}"#;
    assert_eq!(of_deployment(clusters, no_variant), [""; 0]);
    assert_eq!(of_deployment(r#""green_weight": 0"#, no_variant), [""; 0]);
    let state = r#", "tags": {"variant_header": null, "filter_state": "variant"}"#;
    assert_eq!(of_deployment(members, state), [""; 0]);
}

#[test]
fn pins_that_no_key_can_be_are_warned_of() {
    let pins = r#""pins": {"green": ["qa-1"]}"#;
    assert_one(&of_deployment(pins, ""), "pins: are never found", pins);
    let keyed = format!(r#"{pins}, "sticky": {{"keys": [{{"query": "user"}}]}}"#);
    assert_eq!(of_deployment(&keyed, ""), [""; 0]);
}

#[test]
fn a_pin_that_is_ignored_is_warned_of() {
    let members = r#""pins": {"green": ["qa-1", "anonymous"]},
        "sticky": {"keys": [{"query": "user"}], "ignore": ["anonymous"]}"#;
    assert_one(&of_deployment(members, ""), "pins.green[1]: is never found", members);
}

#[test]
fn a_peer_prefix_that_ends_within_a_name_is_warned_of() {
    let trust = |prefix: &str| format!(r#""trust_tags_from": {{"peer_prefix": "{prefix}"}}"#);
    let open = trust("spiffe://a/ns/ml");
    let expected = "trust_tags_from.peer_prefix: does not end in `/`";
    assert_one(&of_deployment(&open, ""), expected, &open);
    let defaults = format!(r#", "defaults": {{{open}}}"#);
    assert_one(
        &of_deployment(r#""rollback": false"#, &defaults),
        &format!("defaults.{expected}"),
        "",
    );
    assert_eq!(of_deployment(&trust("spiffe://a/ns/ml/"), ""), [""; 0]);
}

#[test]
fn no_more_warnings_are_kept_than_anybody_reads() {
    let prefixes: Vec<String> = (0..1000).map(|n| format!("\"/v{n}-\"")).collect();
    let members = format!(r#""match": {{"path_prefix": [{}]}}"#, prefixes.join(","));
    assert_eq!(of_deployment(&members, "").len(), 100);
}
