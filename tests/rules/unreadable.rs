//! Metadata that cannot be understood is told once, and briefly.

use bluegreen::filter;
use bluegreen::metrics::Counter;
use bluegreen_tests::environment::configured;
use serde_json::{Value, json};

use bluegreen_tests::fake_host::{FakeHost, header};
use bluegreen_tests::metadata::{metadata_path, property};

/// The host after so many requests of green, its virtual host and its route having this namespace.
fn after(requests: usize, namespace: &Value) -> FakeHost {
    let config = r#"{"deployments": [{"name": "a", "green_weight": 100}]}"#;
    let table = configured(config).unwrap();
    let mut host = FakeHost::with_request(None, "/", &[header("x-user", "u")]);
    for owner in ["virtual_host", "route"] {
        host.properties.push((metadata_path(owner, &["bluegreen"]), property(namespace)));
    }
    for _ in 0..requests {
        filter::on_request_headers(&table, &mut host).unwrap();
    }
    host
}

#[test]
fn a_huge_value_makes_one_short_line() {
    let huge = "no\nname! ".repeat(10_000);
    for namespace in [
        json!({"rollback": huge}),
        json!({"max_green_weight": huge}),
        json!({"rollback": {"a": huge}}),
        json!(huge),
    ] {
        let warnings = after(3, &namespace).warnings;
        assert_eq!(warnings.len(), 1, "{:.200}", warnings.join("\n"));
        let line = &warnings[0];
        assert!(line.len() < 500 && line.lines().count() == 1, "{} bytes: {line:.500}", line.len());
    }
}

#[test]
fn a_huge_key_makes_a_short_line_too() {
    let mut namespace = json!({});
    namespace["no\nkey ".repeat(10_000)] = json!(true);
    let warnings = after(3, &namespace).warnings;
    assert_eq!(warnings.len(), 2, "one for each source");
    for line in warnings {
        assert!(line.len() < 500 && line.lines().count() == 1, "{} bytes: {line:.500}", line.len());
    }
}

#[test]
fn a_request_is_counted_once_however_much_of_it_cannot_be_read() {
    let both = json!({"rollback": {"a": 1}, "max_green_weight": "few"});
    for (namespace, counted) in [
        (json!({"rollback": "no name!"}), 1),
        (json!({"max_green_weight": -1}), 1),
        (both, 1),
        (json!({"rollback": true, "max_green_weight": 0}), 0),
        (json!({"unknown": 1}), 0),
    ] {
        for requests in [1, 3] {
            let host = after(requests, &namespace);
            assert_eq!(host.counted, vec![Counter::RollbackUnreadable; counted * requests]);
        }
    }
}
