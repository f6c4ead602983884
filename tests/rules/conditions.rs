//! Conditions on headers that are alike, and that are many, are told apart.

use bluegreen::filter;
use bluegreen::table::Table;
use bluegreen_tests::environment::configured;
use serde_json::{Value, json};

use bluegreen_tests::fake_host::{FakeHost, Header, header};

/// A table with a deployment for each list of conditions, named by its place.
fn table(conditions: &[Value]) -> Table {
    let deployment = |(place, headers): (usize, &Value)| json!({"name": place.to_string(), "match": {"headers": headers}});
    let deployments: Vec<Value> = conditions.iter().enumerate().map(deployment).collect();
    configured(&json!({"deployments": deployments}).to_string()).unwrap()
}

/// The place of the deployment that a request belongs to.
fn found(table: &Table, headers: &[Header]) -> Option<usize> {
    let mut host = FakeHost::with_request(None, "/", headers);
    filter::on_request_headers(table, &mut host).map(|outcome| outcome.deployment.parse().unwrap())
}

#[test]
fn values_that_only_join_to_the_same_bytes_do_not_match_each_other() {
    let pairs = [("x\u{1}", "y"), ("x", "\u{1}y"), ("x\u{1}y", ""), ("", "x\u{1}y"), ("\u{1}", "")];
    let conditions =
        pairs.map(|(a, b)| json!([{"name": "x-a", "exact": a}, {"name": "x-b", "exact": b}]));
    let table = table(&conditions);
    for (place, (a, b)) in pairs.iter().enumerate() {
        assert_eq!(found(&table, &[header("x-a", a), header("x-b", b)]), Some(place));
    }
}

#[test]
fn an_absent_header_is_not_an_empty_one() {
    let table =
        table(&[json!([{"name": "x-a", "exact": ""}]), json!([{"name": "x-a", "present": false}])]);
    assert_eq!(found(&table, &[header("x-a", "")]), Some(0));
    assert_eq!(found(&table, &[]), Some(1));
    assert_eq!(found(&table, &[header("x-a", "b")]), None);
}

#[test]
fn each_of_many_names_is_found_and_more_conditions_win() {
    const NAMES: usize = 1_000;
    let one = (0..NAMES).map(|n| json!([{"name": format!("x-{n}"), "exact": "a"}]));
    let two = (0..NAMES).map(
        |n| json!([{"name": format!("x-{n}"), "exact": "a"}, {"name": "x-debug", "present": true}]),
    );
    let table = table(&one.chain(two).collect::<Vec<_>>());
    for n in 0..NAMES {
        let own = header(&format!("x-{n}"), "a");
        assert_eq!(found(&table, std::slice::from_ref(&own)), Some(n));
        assert_eq!(found(&table, &[header("x-debug", ""), own]), Some(NAMES + n));
    }
    assert_eq!(found(&table, &[header("x-0", "b"), header("x-debug", "")]), None);
    // Of two that hold alike the first in the file wins, in whatever order the headers come.
    assert_eq!(found(&table, &[header("x-7", "a"), header("x-3", "a")]), Some(3));
}

#[test]
fn each_of_many_lengths_of_prefixes_is_found() {
    const LENGTHS: usize = 500;
    let prefix = |length: usize| format!("{}-", "x".repeat(length));
    let conditions: Vec<_> = (0..LENGTHS)
        .map(|length| json!([{"name": "x-tenant", "prefix": prefix(length)}]))
        .collect();
    let table = table(&conditions);
    for length in 0..LENGTHS {
        let value = prefix(length) + "acme";
        assert_eq!(found(&table, &[header("x-tenant", &value)]), Some(length));
    }
    assert_eq!(found(&table, &[header("x-tenant", &"x".repeat(LENGTHS))]), None);
    assert_eq!(found(&table, &[]), None);
}
