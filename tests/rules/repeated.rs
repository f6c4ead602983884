//! A header in several lines says nothing, and that is counted.

use bluegreen::filter;
use bluegreen::metrics::Counter;
use bluegreen_tests::environment::configured;
use bluegreen_tests::fake_host::{FakeHost, Header, header};

/// What is counted for a request.
fn counted(headers: &[Header]) -> Vec<Counter> {
    let config = r#"{"deployments": [
        {"name": "acme", "match": {"headers": [{"name": "x-tenant", "exact": "acme"}]}},
        {"name": "both", "match": {"headers": [
            {"name": "x-region", "exact": "eu"}, {"name": "x-tenant", "present": false}]}},
        {"name": "any", "sticky": {"keys": [{"header": "x-user"}, {"header": "x-session"}]}}]}"#;
    let table = configured(config).unwrap();
    let mut host = FakeHost::with_request(None, "/", headers);
    filter::on_request_headers(&table, &mut host);
    host.counted
}

#[test]
fn a_key_in_several_lines_is_counted() {
    let (user, session) = (header("x-user", "u"), header("x-session", "s"));
    assert_eq!(counted(&[user.clone(), session.clone()]), []);
    assert_eq!(counted(&[user.clone(), user.clone()]), [Counter::RepeatedKey]);
    // The first key is there, so nobody asks for the second.
    assert_eq!(counted(&[user, session.clone(), session.clone()]), []);
    assert_eq!(counted(&[session.clone(), session]), [Counter::RepeatedKey]);
}

#[test]
fn a_condition_on_a_header_in_several_lines_is_counted_once_a_request() {
    let (tenant, region) = (header("x-tenant", "acme"), header("x-region", "eu"));
    assert_eq!(counted(std::slice::from_ref(&tenant)), []);
    assert_eq!(counted(&[tenant.clone(), tenant.clone()]), [Counter::RepeatedCondition]);
    // Both deployments have a condition on it.
    let three = [region, tenant.clone(), tenant];
    assert_eq!(counted(&three), [Counter::RepeatedCondition]);
    let other = header("x-other", "1");
    assert_eq!(counted(&[other.clone(), other]), []);
}
