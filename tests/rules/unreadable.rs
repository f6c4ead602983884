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
        (json!({"by": 1}), 0),
    ] {
        for requests in [1, 3] {
            let host = after(requests, &namespace);
            assert_eq!(host.counted, vec![Counter::RollbackUnreadable; counted * requests]);
        }
    }
}

#[test]
fn a_name_that_no_deployment_has_and_a_key_that_means_nothing_are_counted_once_for_a_request() {
    use Counter::{RollbackUnknownKey as Key, RollbackUnknownName as Name};
    for (namespace, counted) in [
        (json!({"rollback": "b"}), vec![Name]),
        (json!({"rollback": ["A", "b", "c", "d"]}), vec![]),
        (json!({"rollback": ["c", "b"], "rolback": true, "Rollback": true}), vec![Name, Key]),
        (json!({"rolback": true}), vec![Key]),
        (json!({"by": {"who": 1}, "reason": ["x", 2], "since": true, "ticket": 4711}), vec![]),
        (json!({"rollback": "all", "By": "ci"}), vec![Key]),
    ] {
        let is_back = namespace["rollback"][0] == "A";
        let host = after(3, &namespace);
        let expected = if is_back { vec![Name] } else { counted };
        assert_eq!(host.counted, expected.repeat(3), "{namespace}");
    }
}

#[test]
fn twenty_thousand_unknown_names_are_one_warning_and_one_look() {
    let names: Vec<String> = (0..20_000).map(|n| format!("model-{n}")).collect();
    let host = after(3, &json!({"rollback": names}));
    assert_eq!(host.warnings.len(), 2, "one for each source");
    for warning in &host.warnings {
        assert!(warning.ends_with(r#"names "model-0", and no deployment has this name"#));
    }
    assert_eq!(host.asked_to_warn, 6, "each request, for each of two sources");
}
