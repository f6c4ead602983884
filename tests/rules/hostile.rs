//! Nothing that comes from outside makes the filter panic, and nothing is read out of bounds.

use bluegreen::filter;
use bluegreen::rollback::{Flag, Names};
use bluegreen::table::Table;
use bluegreen::variant::Variant;
use bluegreen::wire::{Property, Value};
use bluegreen_tests::environment::configured;
use proptest::collection::vec;
use proptest::prelude::*;

use bluegreen_tests::fake_host::{FakeHost, header};
use bluegreen_tests::metadata::metadata_path;

/// A deployment that looks at everything a client can send.
const CURIOUS: &str = r#"{"deployments": [
    {"name": "a", "match": {"hosts": ["a.example", "*.example", "[::1]"], "path_prefix": "/v1"},
     "green_weight": 50, "clusters": {"blue": "b", "green": "g"},
     "sticky": {"keys": [{"cookie": "uid"}, {"query": "u"}, {"header": "x-user"}], "issue_cookie": {}},
     "override": {"allow": "internal", "keys": [{"id": "k", "secret_base64": "MDEyMzQ1Njc4OWFiY2RlZg=="}]},
     "trust_tags_from": "internal", "mirror": {"percent": 10}},
    {"name": "b", "green_weight": 50, "sticky": {"keys": [{"header": "x-user"}]}}],
    "tags": {"response_header": "x-side", "bucket_header": {}, "filter_state": "side"}}"#;

fn with_raw_headers(bytes: Vec<u8>) -> FakeHost {
    FakeHost { raw_request: Some(bytes), ..FakeHost::default() }
}

fn curious() -> Table {
    configured(CURIOUS).unwrap()
}

#[test]
fn a_request_without_any_header_has_no_host_and_no_path() {
    let mut host = with_raw_headers(Vec::new());
    let table = curious();
    assert_eq!(filter::on_request_headers(&table, &mut host).unwrap().deployment, "b");
}

#[test]
fn huge_requests_are_decided_like_small_ones() {
    let many: Vec<String> = (0..500).map(|n| format!("c{n}={}", "v".repeat(100))).collect();
    let cookies = format!("{}; uid=7", many.join(";"));
    for headers in [
        vec![header("cookie", &cookies)],
        vec![header("x-pad", &"p".repeat(60_000)), header("cookie", "uid=7")],
        many.iter()
            .map(|cookie| header("cookie", cookie))
            .chain([header("cookie", "uid=7")])
            .collect(),
        vec![header("cookie", &";".repeat(60_000)), header("cookie", "uid=7")],
    ] {
        let decide = |path: &str, headers: &[_]| {
            let mut host = FakeHost::with_request(Some("a.example"), path, headers);
            filter::on_request_headers(&curious(), &mut host).unwrap().decision
        };
        let path = format!("/v1{}", "/".repeat(60_000));
        assert_eq!(decide(&path, &headers), decide("/v1", &[header("cookie", "uid=7")]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_for_headers_are_survived(bytes in vec(any::<u8>(), 0..200)) {
        let mut host = with_raw_headers(bytes);
        if let Some(outcome) = filter::on_request_headers(&curious(), &mut host) {
            outcome.response.write(&mut host);
        }
    }

    #[test]
    fn any_header_values_are_survived(
        authority in "[a-z.:\\[\\]A-Z*]{0,12}|.{0,5}",
        path in "/v1[/:?a]{0,5}|.{0,9}",
        cookie in vec(any::<u8>(), 0..40),
        token in "(green|blue|x)?(;(dep|exp|kid|sig|x)=[a-z0-9=]{0,9}){0,5}|.{0,9}",
    ) {
        let cookie = (b"cookie".to_vec(), cookie);
        let token = header("x-bluegreen-override", &token);
        let mut host = FakeHost::with_request(Some(&authority), &path, &[cookie, token]);
        prop_assert!(filter::on_request_headers(&curious(), &mut host).is_some());
    }

    #[test]
    fn any_metadata_leads_to_blue_or_leaves_the_user_where_he_was(
        bytes in vec(any::<u8>(), 1..40),
        user in "[a-z]{1,8}",
    ) {
        let side = |properties| {
            let mut host = FakeHost::with_request(None, "/", &[header("x-user", &user)]);
            host.properties = properties;
            filter::on_request_headers(&curious(), &mut host).unwrap().decision.variant.unwrap()
        };
        let path = metadata_path("route", &["bluegreen"]);
        let found = side(vec![(path, Property::Bytes(bytes.clone()))]);
        // Random bytes are no struct, and what cannot be read rolls green back.
        prop_assert!(bluegreen_tests::metadata::members(&bytes).is_some() || found == Variant::Blue);
        prop_assert!(found == Variant::Blue || found == side(Vec::new()));
    }

    #[test]
    fn any_flag_is_off_only_if_it_says_so(text in "\\PC{0,12}|[-0-9.e]{0,6}", number: f64) {
        let is_off = |value| matches!(Flag::read(value, "a", &Names::default()), Flag::Off);
        let word = text.trim().to_ascii_lowercase();
        let zero = word.trim_start_matches('-').split('e').next().unwrap_or_default();
        let says_so = ["", "false", "no", "off", "n", "f", "none", "disable", "disabled"].contains(&word.as_str())
            || (!zero.is_empty() && zero.bytes().all(|byte| byte == b'0' || byte == b'.'));
        prop_assert!(!is_off(Value::Text(&text)) || says_so, "{text:?}");
        prop_assert_eq!(is_off(Value::Number(number)), number == 0.0);
        for value in [Value::Bool(true), Value::Struct, Value::Unreadable] {
            prop_assert!(!is_off(value));
        }
    }

    #[test]
    fn any_configuration_is_accepted_or_refused_with_a_reason(text in json_like()) {
        if let Err(errors) = configured(&text) {
            prop_assert!(errors.iter().len() > 0);
        }
    }
}

/// Texts that look enough like a configuration to get past the first bytes.
fn json_like() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        Just("deployments"),
        Just("name"),
        Just("match"),
        Just("hosts"),
        Just("path"),
        Just("clusters"),
        Just("green_weight"),
        Just("sticky"),
        Just("keys"),
        Just("header"),
        Just("issue_cookie"),
        Just("max_age"),
        Just("tags"),
        Just("rollback"),
        Just("sources"),
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?[0-9]{1,3}(\\.[0-9])?(e[0-9]{1,3})?",
        "\"[a-z*./]{0,5}\"",
        Just("{".to_owned()),
        Just("\"\\ud800\"".to_owned()),
    ];
    leaf.prop_recursive(6, 60, 5, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|list| format!("[{}]", list.join(","))),
            vec((key.clone(), inner), 0..5).prop_map(|members| {
                let members = members.iter().map(|(key, value)| format!("\"{key}\":{value}"));
                format!("{{{}}}", members.collect::<Vec<_>>().join(","))
            }),
        ]
    })
}
