//! Envoy redirects a request internally: the filter runs again, on headers that it has changed.

use bluegreen::decision::Reason;
use bluegreen::filter;
use bluegreen::table::Table;
use bluegreen::variant::Variant;
use bluegreen_tests::environment::configured;
use bluegreen_tests::fake_host::{FakeHost, Header, header, values};

const CONFIG: &str = r#"{"deployments": [{"name": "a", "green_weight": 50,
    "sticky": {"keys": [{"header": "x-user-id"}], "issue_cookie": {}},
    "override": {"allow": "anyone", "cookie": "try"}, "trust_tags_from": "internal"}]}"#;

/// The variant and the reason, and the host after both passes: Envoy makes the second of the
/// headers that the first left.
fn twice(
    table: &Table,
    headers: &[Header],
    chance: u64,
) -> [(Option<Variant>, Reason, FakeHost); 2] {
    let mut first = FakeHost::with_request(Some("a.example"), "/", headers);
    first.randoms = chance;
    let outcome = filter::on_request_headers(table, &mut first).unwrap();
    let mut second = FakeHost { request: first.request.clone(), ..FakeHost::default() };
    second.request.push(header("x-envoy-original-url", "http://a.example/"));
    second.randoms = chance + 1_000;
    second.first_pass = Some(outcome.response.into_first_pass());
    let again = filter::on_request_headers(table, &mut second).unwrap();
    again.response.write(&mut second);
    let of = |decision: bluegreen::decision::Decision| (decision.variant, decision.reason);
    let ((variant, reason), (other, why)) = (of(outcome.decision), of(again.decision));
    [(variant, reason, first), (other, why, second)]
}

#[test]
fn an_override_holds_on_the_second_pass() {
    let table = configured(CONFIG).unwrap();
    for sent in [header("x-bluegreen-override", "green"), header("cookie", "a=1; try=green")] {
        let user = header("x-user-id", "u1");
        let [(_, first, _), (variant, reason, host)] = twice(&table, &[sent, user], 0);
        assert_eq!(
            (first, reason, variant),
            (Reason::Override, Reason::Override, Some(Variant::Green))
        );
        assert_eq!(values(&host.request, "x-bluegreen-override").len(), 0);
        assert!(!values(&host.request, "cookie").concat().windows(3).any(|part| part == b"try"));
        assert_eq!(values(&host.response, "cache-control"), [b"private"]);
    }
}

#[test]
fn an_issued_id_holds_on_the_second_pass_and_is_set_by_its_response() {
    let table = configured(CONFIG).unwrap();
    let mut seen = Vec::new();
    for chance in 0..32 {
        let [(first, _, _), (second, reason, host)] = twice(&table, &[], chance);
        assert_eq!((first, reason), (second, Reason::Weight));
        let [cookie] = values(&host.response, "set-cookie")[..] else { panic!("{host:?}") };
        let cookie = std::str::from_utf8(cookie).unwrap().split(';').next().unwrap();
        let mut later = FakeHost::with_request(None, "/", &[header("cookie", cookie)]);
        let later = filter::on_request_headers(&table, &mut later).unwrap();
        assert_eq!(later.decision.variant, second);
        seen.push(second);
    }
    assert!(seen.contains(&Some(Variant::Blue)) && seen.contains(&Some(Variant::Green)));
}

#[test]
fn a_tag_of_the_first_pass_is_no_peer_s_and_a_peer_s_tag_is_one_again() {
    let table = configured(CONFIG).unwrap();
    let (inside, user) = (header("x-envoy-internal", "true"), header("x-user-id", "u1"));
    let [(_, first, _), (_, second, _)] = twice(&table, &[inside.clone(), user.clone()], 0);
    assert_eq!((first, second), (Reason::Weight, Reason::Weight));
    for tag in ["blue", "green"] {
        let headers = [inside.clone(), user.clone(), header("x-bluegreen-variant", tag)];
        let [(variant, first, _), (other, second, _)] = twice(&table, &headers, 0);
        assert_eq!((first, second, variant), (Reason::Peer, Reason::Peer, other));
    }
}

#[test]
fn the_host_is_asked_for_a_first_pass_only_where_a_header_says_so() {
    let table = configured(CONFIG).unwrap();
    let claimed = [header("x-envoy-original-url", "x"), header("x-user-id", "u1")];
    for (headers, asked) in [(&claimed[..], 1), (&claimed[1..], 0)] {
        let mut host = FakeHost::with_request(None, "/", headers);
        filter::on_request_headers(&table, &mut host).unwrap();
        let reads = host.reads.iter().filter(|read| *read == "first pass");
        assert_eq!(reads.count(), asked);
    }
}
