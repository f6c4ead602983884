//! Nothing that comes from outside makes the filter panic, and nothing is read out of bounds.

use std::rc::Rc;

use bluegreen::filter::Filter;
use bluegreen::host::{Host, Property, PropertyPath};
use bluegreen::pairs::Pairs;
use bluegreen::rollback::Flag;
use bluegreen::routing::Table;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::fake_host::{FakeHost, header};
use crate::metadata::flag_path;

/// A deployment that looks at everything a client can send.
const CURIOUS: &str = r#"{"deployments": [
    {"name": "a", "match": {"hosts": ["a.example", "*.example", "[::1]"], "path_prefix": "/v1"},
     "green_weight": 50, "clusters": {"blue": "b", "green": "g"},
     "sticky": {"keys": [{"cookie": "uid"}, {"header": "x-user"}], "issue_cookie": {}}},
    {"name": "b", "green_weight": 50}], "tags": {"response_header": "x-side"}}"#;

/// A stream whose headers are whatever bytes the host hands over.
struct RawHost(Vec<u8>, FakeHost);

impl Host for RawHost {
    fn request_headers(&mut self) -> Vec<u8> {
        self.0.clone()
    }
    fn set_request_header(&mut self, name: &str, value: &str) {
        self.1.set_request_header(name, value);
    }
    fn remove_request_header(&mut self, name: &str) {
        self.1.remove_request_header(name);
    }
    fn set_response_header(&mut self, name: &str, value: &str) {
        self.1.set_response_header(name, value);
    }
    fn add_response_header(&mut self, name: &str, value: &str) {
        self.1.add_response_header(name, value);
    }
    fn property(&mut self, path: &PropertyPath) -> Property {
        self.1.property(path)
    }
    fn random(&mut self) -> Option<u128> {
        None
    }
    fn warn_once(&mut self, key: u64, message: impl FnOnce() -> String) {
        self.1.warn_once(key, message);
    }
}

fn curious() -> Rc<Table> {
    Rc::new(Table::from_json(CURIOUS.as_bytes()).unwrap())
}

#[test]
fn a_response_without_a_request_is_left_alone() {
    let mut host = FakeHost::default();
    Filter::new(curious()).on_response_headers(&mut host);
    assert!(host.response.is_empty());
}

#[test]
fn a_request_without_any_header_has_no_host_and_no_path() {
    let mut host = RawHost(Vec::new(), FakeHost::default());
    let mut filter = Filter::new(curious());
    assert_eq!(filter.on_request_headers(&mut host).unwrap().0, "b");
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
            Filter::new(curious()).on_request_headers(&mut host).unwrap().1
        };
        let path = format!("/v1{}", "/".repeat(60_000));
        assert_eq!(decide(&path, &headers), decide("/v1", &[header("cookie", "uid=7")]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_for_headers_are_survived(bytes in vec(any::<u8>(), 0..200)) {
        let mut host = RawHost(bytes, FakeHost::default());
        let mut filter = Filter::new(curious());
        filter.on_request_headers(&mut host);
        filter.on_response_headers(&mut host);
    }

    #[test]
    fn any_header_values_are_survived(
        authority in "[a-z.:\\[\\]A-Z*]{0,12}|.{0,5}",
        path in "/v1[/:?a]{0,5}|.{0,9}",
        cookie in vec(any::<u8>(), 0..40),
    ) {
        let cookie = (b"cookie".to_vec(), cookie);
        let mut host = FakeHost::with_request(Some(&authority), &path, &[cookie]);
        prop_assert!(Filter::new(curious()).on_request_headers(&mut host).is_some());
    }

    #[test]
    fn any_metadata_is_survived_and_never_splits_a_user(bytes in vec(any::<u8>(), 0..40)) {
        let decide = || {
            let mut host = FakeHost::with_request(None, "/", &[header("x-user", "u")]);
            host.properties.push((flag_path("route", "bluegreen"), Property::Bytes(bytes.clone())));
            Filter::new(curious()).on_request_headers(&mut host).unwrap().1
        };
        prop_assert_eq!(decide(), decide());
        let _ = Flag::read(&bytes);
        prop_assert!(Pairs::new(&bytes).iter().count() <= bytes.len());
    }

    #[test]
    fn any_configuration_is_accepted_or_refused_with_a_reason(text in json_like()) {
        if let Err(faults) = Table::from_json(text.as_bytes()) {
            prop_assert!(faults.iter().len() > 0);
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
