//! What a request costs in calls to the host: each that returns bytes is as expensive as the rest.

use std::collections::HashSet;

use bluegreen::decision::Reason;
use bluegreen::filter;
use bluegreen::split::Salt;
use bluegreen::variant::Variant;
use bluegreen::wire::PropertyPath;
use bluegreen_tests::environment::configured;

use bluegreen_tests::fake_host::{FakeHost, Header, header, values};
use bluegreen_tests::metadata;

const REQUEST_HEADERS: &str = "request headers";

/// The host after a request of a user whose side is that of `weight` 0 or 100.
fn after_request(weight: u8, rest: &str) -> FakeHost {
    let config = format!(
        r#"{{"deployments": [{{"name": "a", "match": {{"hosts": ["a"]}}, "green_weight": {weight},
            "clusters": {{"blue": "b", "green": "g"}},
            "sticky": {{"keys": [{{"cookie": "no"}}, {{"header": "x-user"}}]}}}}] {rest}}}"#
    );
    let table = configured(&config).unwrap();
    let mut host = FakeHost::with_request(Some("a"), "/", &[header("x-user", "u")]);
    filter::on_request_headers(&table, &mut host).unwrap();
    host
}

#[test]
fn a_request_bound_for_blue_reads_from_the_host_once() {
    assert_eq!(after_request(0, "").reads, [REQUEST_HEADERS]);
}

#[test]
fn a_request_bound_for_green_reads_each_rollback_source_once() {
    let host = after_request(100, "");
    let metadata = |owner| format!("metadata of\\x00{owner}\\x00bluegreen");
    let expected = [REQUEST_HEADERS.to_owned(), metadata("virtual_host"), metadata("route")];
    assert_eq!(host.reads, expected);
    let none = after_request(100, r#", "rollback": {"sources": []}"#);
    assert_eq!(none.reads, [REQUEST_HEADERS]);
}

#[test]
fn blue_that_is_left_untagged_is_not_written_to() {
    assert_eq!(after_request(0, "").writes, 2);
    assert_eq!(after_request(0, r#", "tags": {"blue": "omit"}"#).writes, 0);
}

#[test]
fn chance_is_asked_only_where_no_key_is_found() {
    assert_eq!(after_request(100, "").randoms, 0);
}

#[test]
fn a_flag_that_holds_spares_the_sources_after_it() {
    let config = r#"{"deployments": [{"name": "a", "green_weight": 100}]}"#;
    let table = configured(config).unwrap();
    let mut host = FakeHost::with_request(None, "/", &[]);
    host.properties = vec![metadata::flag("virtual_host", &true.into())];
    filter::on_request_headers(&table, &mut host).unwrap();
    assert_eq!(host.reads.len(), 2, "{:?}", host.reads);
}

#[test]
fn an_issued_id_decides_its_own_request_and_is_added_to_the_cookies_of_the_upstream() {
    let config =
        r#"{"deployments": [{"name": "a", "green_weight": 50, "sticky": {"issue_cookie": {}}}]}"#;
    let table = configured(config).unwrap();
    for n in 0..64 {
        let mut host = FakeHost::with_request(None, "/", &[]);
        host.randoms = n;
        host.response = vec![header("set-cookie", "theirs=1")];
        let outcome = filter::on_request_headers(&table, &mut host).unwrap();
        outcome.response.write(&mut host);
        let cookies = values(&host.response, "set-cookie");
        let [b"theirs=1", issued] = cookies[..] else { panic!("{cookies:?}") };
        let issued = std::str::from_utf8(issued).unwrap().split(';').next().unwrap();
        let mut again = FakeHost::with_request(None, "/", &[header("cookie", issued)]);
        let known = filter::on_request_headers(&table, &mut again).unwrap();
        assert_eq!(known.decision.variant, outcome.decision.variant);
        known.response.write(&mut again);
        assert_eq!((again.randoms, again.response.len()), (0, 0));
    }
}

#[test]
fn without_chance_nobody_goes_to_green() {
    let config = r#"{"deployments": [{"name": "a", "green_weight": 100}]}"#;
    let table = configured(config).unwrap();
    let mut host = FakeHost::with_request(None, "/", &[]);
    host.has_no_chance = true;
    let decision = filter::on_request_headers(&table, &mut host).unwrap().decision;
    assert_eq!(decision.variant, Some(Variant::Blue));
}

#[test]
fn a_request_that_no_deployment_wants_is_not_written_to() {
    let table =
        configured(r#"{"deployments": [{"name": "a", "match": {"hosts": ["a"]}}]}"#).unwrap();
    let mut host = FakeHost::with_request(Some("b"), "/", &[]);
    assert!(filter::on_request_headers(&table, &mut host).is_none());
    assert_eq!((host.reads.len(), host.writes), (1, 0));
}

/// The host after a request for the deployment `a` with these members.
fn after(members: &str, rest: &str, headers: &[Header]) -> FakeHost {
    after_with(members, rest, headers, &[])
}

fn after_with(
    members: &str,
    rest: &str,
    headers: &[Header],
    attributes: &[(&[&str], &str)],
) -> FakeHost {
    let config = format!(r#"{{"deployments": [{{"name": "a", {members}}}] {rest}}}"#);
    let table = configured(&config).unwrap();
    let mut host = FakeHost::with_request(None, "/", headers);
    let attribute =
        |(path, value): &(&[&str], &str)| (PropertyPath::new(path), value.as_bytes().to_vec());
    host.attributes.extend(attributes.iter().map(attribute));
    let outcome = filter::on_request_headers(&table, &mut host).unwrap();
    outcome.response.write(&mut host);
    host
}

/// A user of the deployment `a` whose bucket lies between two percentages.
fn user_between(low: u128, high: u128) -> String {
    let percent =
        |user: &String| (u128::from(Salt::new("a").bucket(user.as_bytes()).0) * 100) >> 64;
    let mut users = (0..).map(|n| format!("user-{n}"));
    users.find(|user| (low..high).contains(&percent(user))).unwrap()
}

#[test]
fn a_key_asks_the_host_only_where_the_keys_before_it_found_nothing() {
    const CLAIM: &[&str] = &["metadata", "claims", "sub"];
    const ADDRESS: &[&str] = &["source", "address"];
    let members = r#""sticky": {"keys": [{"header": "x-user"},
        {"property": ["metadata", "claims", "sub"]}, {"source_address": true}]}"#;
    let both = [(CLAIM, "u"), (ADDRESS, "10.0.0.1:80")];
    let reads =
        |headers: &[Header], properties: &[_]| after_with(members, "", headers, properties).reads;
    let (claim, address) = ("metadata\\x00claims\\x00sub", "source\\x00address");
    assert_eq!(reads(&[header("x-user", "u")], &both), [REQUEST_HEADERS]);
    assert_eq!(reads(&[header("x-user", "")], &both), [REQUEST_HEADERS, claim]);
    assert_eq!(reads(&[], &both[1..]), [REQUEST_HEADERS, claim, address]);
}

#[test]
fn where_a_side_is_chosen_no_key_is_looked_for_and_nothing_is_drawn() {
    let sticky = r#""sticky": {"keys": [{"property": ["a"]}], "issue_cookie": {}}"#;
    let chosen = [
        (r#""override": {"allow": "anyone"}"#, vec![header("x-bluegreen-override", "blue")]),
        (
            r#""trust_tags_from": "internal""#,
            vec![header("x-bluegreen-variant", "blue"), header("x-envoy-internal", "true")],
        ),
        (r#""rollback": true"#, vec![]),
    ];
    for (member, headers) in chosen {
        let host = after(&format!("{member}, {sticky}"), "", &headers);
        assert_eq!(host.reads, [REQUEST_HEADERS], "{member}");
        let cookies = values(&host.response, "set-cookie").len();
        assert_eq!((host.randoms, cookies), (0, 0), "{member}");
    }
    let host = after(sticky, "", &[]);
    // A cookie, and what caches learn.
    assert_eq!((host.reads.len(), host.randoms, host.response.len()), (2, 1, 2));
}

#[test]
fn a_peer_is_asked_for_only_where_a_tag_came_along() {
    let members = r#""trust_tags_from": {"peer_prefix": "spiffe://a/"}"#;
    assert_eq!(after(members, "", &[]).reads, [REQUEST_HEADERS]);
    assert_eq!(after(members, "", &[header("x-bluegreen-variant", "red")]).reads.len(), 1);
    assert_eq!(after(members, "", &[header("x-bluegreen-variant", "blue")]).reads.len(), 2);
}

#[test]
fn without_any_key_a_foreign_weight_gets_a_number_of_each_request_s_own() {
    let config = r#"{"deployments": [{"name": "a", "split_by": "route"}],
        "tags": {"bucket_header": {"buckets": 10}}}"#;
    let table = configured(config).unwrap();
    let number = |chance| {
        let mut host = FakeHost::with_request(None, "/", &[]);
        host.randoms = chance;
        let decision = filter::on_request_headers(&table, &mut host).unwrap().decision;
        assert_eq!((decision.variant, decision.reason), (None, Reason::Random));
        let [number] = values(&host.request, "x-bluegreen-bucket")[..] else { panic!("{host:?}") };
        std::str::from_utf8(number).unwrap().parse::<u32>().unwrap()
    };
    let numbers: HashSet<u32> = (0..100).map(number).collect();
    assert_eq!(numbers, (0..10).collect());
}

#[test]
fn blue_reads_a_source_only_where_green_may_get_a_copy() {
    let members = r#""green_weight": 10, "mirror": {"percent": 5},
        "clusters": {"blue": "b", "green": "g"}, "sticky": {"keys": [{"header": "x-user"}]}"#;
    let of = |low, high| after(members, "", &[header("x-user", &user_between(low, high))]);
    let mirrored = |host: &FakeHost| values(&host.request, "x-bluegreen-mirror-cluster").len();
    let (next, later) = (of(10, 15), of(15, 100));
    assert_eq!((next.reads.len(), mirrored(&next)), (3, 1));
    assert_eq!((later.reads.len(), mirrored(&later)), (1, 0));
}

#[test]
fn the_route_is_matched_again_without_a_header_only_for_filter_state() {
    let alone = r#""variant_header": null, "cluster_header": null, "filter_state": "side""#;
    for (weight, tags, states, writes, cleared) in [
        (100, alone.to_owned(), 1, 0, 1),
        (0, alone.to_owned(), 1, 0, 1),
        (0, format!(r#"{alone}, "blue": "omit""#), 0, 0, 0),
        (100, format!(r#"{alone}, "blue": "omit""#), 1, 0, 1),
        (100, format!(r#"{alone}, "bucket_header": {{}}"#), 1, 1, 0),
        (100, r#""filter_state": "side""#.to_owned(), 1, 1, 0),
        (100, r#""variant_header": null"#.to_owned(), 0, 0, 0),
    ] {
        let member = format!(r#""green_weight": {weight}"#);
        let host = after(&member, &format!(r#", "tags": {{{tags}}}"#), &[]);
        let found = (host.filter_state.len(), host.writes, host.cleared);
        assert_eq!(found, (states, writes, cleared), "weight {weight}, {tags}");
    }
}

#[test]
fn a_record_is_one_filter_state_and_nothing_else() {
    for weight in [0, 100] {
        let member = format!(r#""green_weight": {weight}"#);
        let counts = |tags: &str| {
            let host = after(&member, tags, &[]);
            (host.filter_state.len(), host.writes, host.reads.len(), host.cleared)
        };
        let (states, writes, reads, cleared) = counts("");
        assert_eq!(states, 0);
        let with_record = counts(r#", "tags": {"record": "decision"}"#);
        assert_eq!(with_record, (1, writes, reads, cleared), "weight {weight}");
    }
}
