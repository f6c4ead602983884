//! Errors of overrides, which repeat nothing that may be a secret.

use bluegreen_tests::refusal::{assert_deployment, errors};

#[test]
fn overrides_that_cannot_be_are_refused() {
    let key = |key: &str| format!(r#""override": {{"keys": [{key}]}}"#);
    let good = r#""secret_base64": "MDEyMzQ1Njc4OWFiY2RlZg==""#;
    for (members, expected) in [
        (r#""override": {}"#.to_owned(), ".override: required: at least one of `allow`, `keys`"),
        (r#""override": {"allow": "everyone"}"#.to_owned(), ".override.allow: this value is not"),
        (r#""override": {"allow": "anyone", "header": ":x"}"#.to_owned(), ".override.header: "),
        (r#""override": {"allow": "anyone", "max_age": "0s"}"#.to_owned(), ".override.max_age: "),
        (key(&format!("{{{good}}}")), ".override.keys[0].id: "),
        (key(r#"{"id": "a"}"#), ".override.keys[0]: required: exactly one of"),
        (
            key(r#"{"id": "a", "secret_base64": "c2hvcnQ="}"#),
            ".override.keys[0].secret_base64: must hold at least 16",
        ),
        (
            key(r#"{"id": "a", "secret_base64": "???"}"#),
            ".override.keys[0].secret_base64: is not base64",
        ),
        (
            key(r#"{"id": "a", "secret_env": "BLUEGREEN_NO_SUCH_VARIABLE"}"#),
            ".override.keys[0].secret_env: not found",
        ),
        (
            key(&format!(r#"{{"id": "a", {good}}}, {{"id": "a", {good}}}"#)),
            ".override.keys[1].id: duplicate of keys[0].id",
        ),
    ] {
        assert_deployment(&[(&members, &[expected])]);
    }
}

#[test]
fn an_override_cannot_stand_where_a_tag_stands() {
    for (header, tags) in [
        ("X-Bluegreen-Variant", "{}"),
        ("x-bluegreen-cluster", "{}"),
        ("x-bluegreen-mirror-cluster", "{}"),
        ("x-bucket", r#"{"bucket_header": {"name": "X-Bucket"}}"#),
    ] {
        let member = format!(r#""override": {{"allow": "anyone", "header": "{header}"}}"#);
        for (own, default, path) in
            [(&member[..], "", "deployments[0]"), ("\"rollback\": false", &member, "defaults")]
        {
            let config = format!(
                r#"{{"deployments": [{{"name": "a", {own}}}], "defaults": {{{default}}}, "tags": {tags}}}"#
            );
            let found = errors(&config);
            let expected = format!("{path}.override.header: is a tag's name");
            assert!(found.len() == 1 && found[0].starts_with(&expected), "{config}: {found:?}");
        }
    }
    let renamed = r#"{"deployments": [{"name": "a", "override": {"allow": "anyone", "header": "x-bluegreen-variant"}}], "tags": {"variant_header": "x-side"}}"#;
    assert_eq!(errors(renamed), [""; 0]);
}

#[test]
fn nothing_that_stands_in_an_override_stands_in_an_error() {
    for members in [
        r#""override": "hunter2""#,
        r#""override": 123456"#,
        r#""override": ["hunter2"]"#,
        r#""override": {"allow": "hunter2"}"#,
        r#""override": {"allow": ["hunter2"]}"#,
        r#""override": {"allow": "x, expected hunter2"}"#,
        r#""override": {"allow": ["x, expected hunter2"]}"#,
        r#""override": "x, expected hunter2""#,
        r#""override": {"forward": "x, expected hunter2 at line 1 column 2"}"#,
        r#""override": {"keys": ["x, expected hunter2"]}"#,
        r#""override": {"keys": [{"id": "a", "secret_base64": {"x, expected hunter2": 1}}]}"#,
        r#""override": {"header": "hunter2 "}"#,
        r#""override": {"max_age": "hunter2"}"#,
        r#""override": {"max_age": 123456}"#,
        r#""override": {"forward": "hunter2"}"#,
        r#""override": {"keys": "hunter2"}, "nmae": 1"#,
        r#""override": {"keys": ["hunter2"]}"#,
        r#""override": {"keys": ["c2VjcmV0LWh1bnRlcjI="]}"#,
        r#""override": {"keys": [{"id": "hunter2!"}]}"#,
        r#""override": {"keys": [{"id": 123456}]}"#,
        r#""override": {"keys": [{"id": "a", "secret_env": "hunter2"}]}"#,
        r#""override": {"keys": [{"id": "a", "secret_base64": "hunter2hunter2hunter2=x"}]}"#,
        r#""override": {"keys": [{"id": "a", "secret_base64": ["hunter2"]}]}"#,
        r#""override": {"keys": [{"id": "a", "secret_base64": 123456}]}"#,
        r#""override": {"keys": [{"id": "a", "secret_base64": "c2VjcmV0LWh1bnRlcjI=", "secret_env": "hunter2"}]}"#,
        // The first of two of one name is at fault, which a value of the whole does not show.
        r#""override": "hunter2", "override": {"allow": "anyone"}"#,
        r#""override": {"keys": "hunter2", "keys": []}"#,
        r#""override": {"keys": [{"id": "a", "secret_base64": 123456, "secret_base64": "MDEyMzQ1Njc4OWFiY2RlZg=="}]}"#,
    ] {
        for config in [
            format!(r#"{{"deployments": [{{"name": "a", {members}}}]}}"#),
            format!(r#"{{"deployments": [{{"name": "a"}}], "defaults": {{{members}}}}}"#),
        ] {
            let reported = errors(&config).join("\n");
            let is_told = |text: &str| reported.contains(text);
            assert!(!reported.is_empty(), "{config}");
            assert!(
                !["hunter2", "123456", "c2VjcmV0"].into_iter().any(is_told),
                "{config}\n{reported}"
            );
        }
    }
}

/// What is called like an override elsewhere is no secret.
#[test]
fn what_stands_beside_an_override_is_reported() {
    let found = errors(
        r#"{"deployments": [{"name": "a", "override": {"allow": "anyone"}, "split_by": "dice"}]}"#,
    );
    assert!(found.len() == 1 && found[0].contains("\"dice\""), "{found:?}");
}
