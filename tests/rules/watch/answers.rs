//! What is made of one answer.

use bluegreen::variant::Variant;
use bluegreen::wire::Pairs;
use bluegreen_watch::Watched;
use serde_json::{Value, json};

use super::{Proxy, answer_headers, config};

/// A proxy, and an answer of green that it watches.
fn watched(guard: &Value) -> (Proxy, Box<Watched>) {
    let mut proxy = Proxy::new(&config(guard), 1);
    loop {
        let (variant, _, watched) = proxy.ask(0);
        match (variant, watched) {
            (Some(Variant::Green), Some(watched)) => return (proxy, watched),
            (_, Some(watched)) => proxy.answer(0, watched, (200, 1)),
            _ => {}
        }
    }
}

/// Watched answers of green, and those that failed.
fn counts(proxy: &mut Proxy) -> (u64, u64) {
    for _ in 0..5 {
        proxy.beat();
    }
    let count = |name: &str| {
        let name = format!("deployment=.=fraud;.;variant=.=green;.;bluegreen_{name}");
        proxy.meter.value(&name)
    };
    (count("watched_total"), count("failed_total"))
}

const SOUND: [(&str, &str); 2] = [(":status", "200"), ("x-envoy-upstream-service-time", "5")];

/// What is left to watch after these headers.
fn begin(proxy: &mut Proxy, watched: Box<Watched>, lines: &[(&str, &str)]) -> Option<Box<Watched>> {
    let headers = answer_headers(lines);
    let mut host = proxy.host("");
    proxy.workers[0].on_response_headers(watched, Pairs::new(&headers), false, &mut host)
}

#[test]
fn an_answer_of_known_length_is_settled_by_its_headers() {
    let (mut proxy, watched) = watched(&json!({}));
    let more = begin(&mut proxy, watched, &[SOUND[0], SOUND[1], ("content-length", "0")]);
    assert!(more.is_none());
    assert_eq!(counts(&mut proxy), (1, 0));
}

#[test]
fn an_answer_of_unknown_length_is_settled_by_its_end() {
    for (flags, expected) in [(0, (1, 0)), (0x80_0000, (1, 1)), (0x4, (1, 1)), (0x4000, (0, 0))] {
        let (mut proxy, watched) = watched(&json!({}));
        let more = begin(&mut proxy, watched, &SOUND).unwrap();
        let mut host = proxy.host("");
        host.flags = flags;
        proxy.workers[0].on_end(*more, &mut host);
        assert_eq!(counts(&mut proxy), expected, "{flags:#x}");
    }
}

#[test]
fn grpc_says_in_its_trailers_how_it_ended() {
    for (status, expected) in [("0", (1, 0)), ("5", (1, 0)), ("14", (1, 1)), ("x", (1, 0))] {
        let (mut proxy, watched) = watched(&json!({}));
        let grpc = ("content-type", "application/grpc+proto");
        let more = begin(&mut proxy, watched, &[SOUND[0], SOUND[1], grpc]).unwrap();
        let trailers = answer_headers(&[("grpc-status", status)]);
        proxy.workers[0].on_response_trailers(*more, Pairs::new(&trailers));
        assert_eq!(counts(&mut proxy), expected, "{status}");
    }
}

#[test]
fn an_answer_that_never_came_counts_by_why_it_did_not() {
    // A reset by the upstream, a client that went away, a rate limit, nothing.
    for (flags, expected) in [(0x10, (1, 1)), (0x4000, (0, 0)), (0x800, (0, 0)), (0, (0, 0))] {
        let (mut proxy, watched) = watched(&json!({}));
        let mut host = proxy.host("");
        host.flags = flags;
        proxy.workers[0].on_end(*watched, &mut host);
        assert_eq!(counts(&mut proxy), expected, "{flags:#x}");
    }
}

#[test]
fn what_envoy_answers_in_greens_place_is_a_failure_unless_green_has_no_part_in_it() {
    for (flags, expected) in [(0x2, (1, 1)), (0x4, (1, 1)), (0x400, (0, 0)), (0x20, (1, 1))] {
        let (mut proxy, watched) = watched(&json!({"failures": {"status": ["500"]}}));
        let headers = answer_headers(&[(":status", "503"), ("content-length", "9")]);
        let mut host = proxy.host("");
        host.flags = flags;
        let worker = &mut proxy.workers[0];
        assert!(
            worker.on_response_headers(watched, Pairs::new(&headers), false, &mut host).is_none()
        );
        assert_eq!(counts(&mut proxy), expected, "{flags:#x}");
    }
}

#[test]
fn an_answer_in_greens_place_is_a_failure_that_was_rescued() {
    let (mut proxy, watched) = watched(&json!({}));
    let attempts = ("x-envoy-attempt-count", "2");
    assert!(begin(&mut proxy, watched, &[SOUND[0], attempts, ("content-length", "0")]).is_none());
    assert_eq!(counts(&mut proxy), (1, 1));
    assert_eq!(proxy.metric("rescued_total"), 1);
}

#[test]
fn a_user_who_goes_away_may_be_counted_again() {
    let (mut proxy, watched) = watched(&json!({}));
    let mut host = proxy.host("");
    host.flags = 0x4000;
    proxy.workers[0].on_end(*watched, &mut host);
    let user = format!("u{}", proxy.users);
    let (_, _, again) = proxy.ask_as(0, &user);
    proxy.answer(0, again.unwrap(), (500, 1));
    assert_eq!(counts(&mut proxy), (1, 1));
}

#[test]
fn only_what_was_drawn_is_watched() {
    let mut proxy = Proxy::new(&config(&json!({})), 1);
    let mut host = proxy.host("u1");
    host.request.push(bluegreen_tests::fake_host::header("x-bluegreen-override", "green"));
    let outcome = bluegreen::filter::on_request_headers(&proxy.table, &mut host).unwrap();
    assert_eq!(outcome.decision.reason.as_str(), "override");
    assert!(proxy.workers[0].begin(&outcome, &mut host).is_none());
}

#[test]
fn where_the_route_decides_the_cluster_that_answers_tells_the_variant() {
    let config = json!({
        "deployments": [{
            "name": "fraud", "split_by": "route", "clusters": {"blue": "fb", "green": "fg"},
            "sticky": {"keys": [{"header": "x-user"}]}, "guard": {},
        }],
        "tags": {"bucket_header": {}},
    });
    let mut proxy = Proxy::new(&config, 1);
    for (cluster, expected) in [("fg", (1, 0)), ("fb", (1, 0)), ("other", (1, 0))] {
        let (variant, _, watched) = proxy.ask(0);
        assert_eq!(variant, None);
        let headers = answer_headers(&[SOUND[0], SOUND[1], ("content-length", "0")]);
        let mut host = proxy.host("");
        host.cluster = Some(cluster.into());
        let worker = &mut proxy.workers[0];
        worker.on_response_headers(watched.unwrap(), Pairs::new(&headers), false, &mut host);
        assert_eq!(counts(&mut proxy), expected, "{cluster}");
    }
    let blue = "deployment=.=fraud;.;variant=.=blue;.;bluegreen_watched_total";
    assert_eq!(proxy.meter.value(blue), 1);
    let route = "deployment=.=fraud;.;variant=.=route;.;reason=.=weight;.;bluegreen_requests_total";
    assert_eq!(proxy.meter.value(route), 3);
}
