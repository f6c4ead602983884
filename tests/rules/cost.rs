//! What a request costs in calls to the host: each that returns bytes is as dear as the rest.

use std::rc::Rc;

use bluegreen::decision::Variant;
use bluegreen::filter::Filter;
use bluegreen::routing::Table;

use crate::fake_host::{FakeHost, header, values};
use crate::metadata;

const REQUEST_HEADERS: &str = "request headers";

/// The host after a request of a user whose side is that of `weight` 0 or 100.
fn after_request(weight: u8, rest: &str) -> FakeHost {
    let config = format!(
        r#"{{"deployments": [{{"name": "a", "match": {{"hosts": ["a"]}}, "green_weight": {weight},
            "clusters": {{"blue": "b", "green": "g"}},
            "sticky": {{"keys": [{{"cookie": "no"}}, {{"header": "x-user"}}]}}}}] {rest}}}"#
    );
    let table = Rc::new(Table::from_json(config.as_bytes()).unwrap());
    let mut host = FakeHost::with_request(Some("a"), "/", &[header("x-user", "u")]);
    Filter::new(table).on_request_headers(&mut host).unwrap();
    host
}

#[test]
fn a_request_bound_for_blue_reads_from_the_host_once() {
    assert_eq!(after_request(0, "").reads, [REQUEST_HEADERS]);
}

#[test]
fn a_request_bound_for_green_reads_each_rollback_source_once() {
    let host = after_request(100, "");
    let metadata = |owner| format!("xds\\x00{owner}_metadata\\x00filter_metadata\\x00bluegreen");
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
    let table = Rc::new(Table::from_json(config.as_bytes()).unwrap());
    let mut host = FakeHost::with_request(None, "/", &[]);
    host.properties = vec![metadata::flag("virtual_host", &true.into())];
    Filter::new(table).on_request_headers(&mut host).unwrap();
    assert_eq!(host.reads.len(), 2, "{:?}", host.reads);
}

#[test]
fn an_issued_id_decides_its_own_request_and_is_added_to_the_cookies_of_the_upstream() {
    let config =
        r#"{"deployments": [{"name": "a", "green_weight": 50, "sticky": {"issue_cookie": {}}}]}"#;
    let table = Rc::new(Table::from_json(config.as_bytes()).unwrap());
    for n in 0..64 {
        let mut host = FakeHost::with_request(None, "/", &[]);
        host.randoms = n;
        host.response = vec![header("set-cookie", "theirs=1")];
        let mut filter = Filter::new(Rc::clone(&table));
        let decided = filter.on_request_headers(&mut host).unwrap().1.variant;
        filter.on_response_headers(&mut host);
        let cookies = values(&host.response, "set-cookie");
        let [b"theirs=1", issued] = cookies[..] else { panic!("{cookies:?}") };
        let issued = std::str::from_utf8(issued).unwrap().split(';').next().unwrap();
        let mut again = FakeHost::with_request(None, "/", &[header("cookie", issued)]);
        let mut filter = Filter::new(Rc::clone(&table));
        assert_eq!(filter.on_request_headers(&mut again).unwrap().1.variant, decided);
        filter.on_response_headers(&mut again);
        assert_eq!((again.randoms, again.response.len()), (0, 0));
    }
}

#[test]
fn without_chance_nobody_goes_to_green() {
    let config = r#"{"deployments": [{"name": "a", "green_weight": 100}]}"#;
    let table = Rc::new(Table::from_json(config.as_bytes()).unwrap());
    let mut host = FakeHost::with_request(None, "/", &[]);
    host.has_no_chance = true;
    let decision = Filter::new(table).on_request_headers(&mut host).unwrap().1;
    assert_eq!(decision.variant, Some(Variant::Blue));
}

#[test]
fn a_request_that_no_deployment_wants_is_not_written_to() {
    let table = Rc::new(
        Table::from_json(br#"{"deployments": [{"name": "a", "match": {"hosts": ["a"]}}]}"#)
            .unwrap(),
    );
    let mut host = FakeHost::with_request(Some("b"), "/", &[]);
    assert!(Filter::new(table).on_request_headers(&mut host).is_none());
    assert_eq!((host.reads.len(), host.writes), (1, 0));
}
