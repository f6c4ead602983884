//! What the filter takes from the memory of its VM.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod counting;

use std::time::Duration;

use bluegreen::decision::Reason;
use bluegreen::filter;
use bluegreen::rollback::guard::{
    BothCounts, Ending, Evidence, Question, Sampling, Threshold, Users,
};
use bluegreen::split::Bucket;
use bluegreen::variant::Variant;
use bluegreen_tests::environment::configured;

use crate::counting::Usage;
use bluegreen_tests::shapes::SHAPES;
use bluegreen_tests::silent_host::SilentHost;

const MEBIBYTE: usize = 1 << 20;

/// Allocations of the filter while it decides about a request with these headers, and the reason.
fn allocations(deployment: &str, rest: &str, headers: &[(&str, &str)]) -> (usize, Reason) {
    let config = format!(
        r#"{{"deployments": [
            {{"name": "a", "match": {{"hosts": ["a.example", "*.a.example"], "path_prefix": "/v1"}},
             "clusters": {{"blue": "b", "green": "g"}}, {deployment}}},
            {{"name": "other", "green_weight": 100}}] {rest}}}"#
    );
    let table = configured(&config).unwrap();
    let mut host = SilentHost::with_request(headers);
    let (outcome, usage) = counting::during(|| {
        let outcome = filter::on_request_headers(&table, &mut host).unwrap();
        outcome.response.write(&mut host);
        outcome
    });
    assert_eq!((outcome.deployment, outcome.decision.variant), ("a", Some(Variant::Blue)));
    (usage.allocations, outcome.decision.reason)
}

#[test]
fn a_request_bound_for_blue_allocates_nothing() {
    let others: Vec<String> = (0..60).map(|n| format!("cookie-{n}=value-{n}")).collect();
    let cookies = others.join("; ") + "; uid=\"u-4711\"";
    for (key, header) in [
        (r#"{"header": "x-user-id"}"#, ("x-user-id", "u-4711")),
        (r#"{"cookie": "uid"}"#, ("cookie", "uid=u-4711")),
        (r#"{"cookie": "uid"}"#, ("cookie", &*cookies)),
        (r#"{"cookie": "uid", "decode": "percent"}"#, ("cookie", "uid=u-4711")),
        (r#"{"x_forwarded_for": 2}"#, ("x-forwarded-for", "203.0.113.9:4711, 192.0.2.1")),
    ] {
        for authority in ["a.example", "x.a.example", "A.Example.:8080"] {
            for rest in ["", r#", "tags": {"blue": "omit"}"#, r#", "tags": {"bucket_header": {}}"#]
            {
                let deployment = format!(r#""green_weight": 0, "sticky": {{"keys": [{key}]}}"#);
                let headers = [
                    (":authority", authority),
                    (":path", "/v1/models/a:predict?verbose=1"),
                    (":method", "POST"),
                    ("x-bluegreen-variant", "green"),
                    header,
                ];
                let found = allocations(&deployment, rest, &headers);
                assert_eq!(found, (0, Reason::Weight), "{key} {authority} {rest}");
            }
        }
    }
}

#[test]
fn the_guard_allocates_once_for_the_users_of_a_variant_and_never_again() {
    let question = Question {
        margin: 0.02,
        above: 0.05,
        threshold: Threshold::new(0.001, Duration::from_secs(3600), 1),
    };
    let (mut evidence, mut sampling, mut users) =
        (Evidence::default(), Sampling::default(), Users::default());
    let mut tick = || {
        let mut counts = BothCounts::default();
        for user in 0..100 {
            if sampling.watches(Variant::Green) && users.begin(Bucket(user)) {
                users.end(Bucket(user), true, Ending::Failed);
                counts.green.add(true);
            }
            counts.blue.add(!sampling.watches(Variant::Blue));
        }
        sampling.tick();
        evidence.tick(&question, counts, true)
    };
    let allocations = [(); 20].map(|()| counting::during(&mut tick).1.allocations);
    assert_eq!(allocations[0], 1);
    assert_eq!(allocations[1..], [0; 19]);
}

#[test]
fn a_session_allocates_nothing() {
    let session = "019ab1c2-d3e4-7f00-8123-456789abcdef";
    let deployment = r#""ramp": {"start": "2026-11-23T09:00:00Z", "steps": [{"after": "0s", "green_weight": 0}]},
        "sticky": {"keys": [{"header": "x-session"}, {"cookie": "id"}], "ignore": ["anonymous"],
            "sessions": {"born": "ulid"}, "issue_cookie": {"name": "id", "refresh": true}}"#;
    let cookie = format!("id={session}");
    for header in [("x-session", session), ("cookie", &cookie)] {
        let headers = [(":authority", "a.example"), (":path", "/v1"), header];
        assert_eq!(allocations(deployment, "", &headers), (0, Reason::Weight), "{header:?}");
    }
}

#[test]
fn an_allocation_would_be_counted() {
    let headers = [(":authority", "a.example"), (":path", "/v1")];
    let issued = r#""green_weight": 0, "sticky": {"issue_cookie": {}}"#;
    assert!(allocations(issued, "", &headers).0 > 0);
}

#[test]
fn ten_thousand_deployments_fit_into_32_mebibytes() {
    for shape in &SHAPES {
        let config = shape.config(10_000);
        let (table, usage) = counting::during(|| configured(&config).unwrap());
        assert_eq!(table.names().len(), 10_000);
        let Usage { kept, peak, .. } = usage;
        println!(
            "{}: text {} KiB, table {} KiB, at most {} KiB beside the text",
            shape.name,
            config.len() / 1024,
            kept / 1024,
            peak / 1024,
        );
        assert!(config.len() + peak < 32 * MEBIBYTE, "{}: {usage:?}", shape.name);
    }
}
