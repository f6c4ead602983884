//! What a request costs in calls to the host: each that returns bytes is as dear as the rest.

use std::rc::Rc;

use bluegreen::filter::Filter;
use bluegreen::routing::Table;

use crate::fake_host::{FakeHost, header};

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
    assert_eq!(host.reads.len(), 3, "{:?}", host.reads);
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
fn a_request_that_no_deployment_wants_is_not_written_to() {
    let table = Rc::new(
        Table::from_json(br#"{"deployments": [{"name": "a", "match": {"hosts": ["a"]}}]}"#)
            .unwrap(),
    );
    let mut host = FakeHost::with_request(Some("b"), "/", &[]);
    assert!(Filter::new(table).on_request_headers(&mut host).is_none());
    assert_eq!((host.reads.len(), host.writes), (1, 0));
}
