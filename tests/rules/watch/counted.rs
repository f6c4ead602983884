//! Metrics of requests, and of the configuration in force.

use bluegreen_watch::Configuration;
use serde_json::json;

use super::{Proxy, config};

#[test]
fn every_request_is_counted_by_variant_and_reason_with_and_without_a_guard() {
    for guard in [json!({}), json!(null)] {
        let mut proxy = Proxy::new(&config(&guard), 2);
        let mut expected = std::collections::BTreeMap::new();
        for turn in 0..300 {
            proxy.metadata = if turn % 3 == 0 { json!({"rollback": true}) } else { json!({}) };
            let (variant, reason, _) = proxy.ask(turn % 2);
            *expected.entry((variant.unwrap().as_str(), reason)).or_insert(0) += 1;
        }
        for _ in 0..5 {
            proxy.beat();
        }
        assert_eq!(expected.len(), 3, "{expected:?}");
        for ((variant, reason), count) in expected {
            let name = format!(
                "deployment=.=fraud;.;variant=.={variant};.;reason=.={reason};.;bluegreen_requests_total"
            );
            assert_eq!(proxy.meter.value(&name), count, "{name}");
        }
    }
}

#[test]
fn gauges_say_what_is_in_force() {
    let mut proxy = Proxy::new(&config(&json!(null)), 1);
    for (metadata, expected) in [
        (json!({}), (500_000, 1_000_000, 0)),
        (json!({"max_green_weight": 20}), (200_000, 200_000, 0)),
        (json!({"rollback": true}), (0, 0, 1)),
        (json!({}), (500_000, 1_000_000, 0)),
    ] {
        proxy.metadata = metadata;
        proxy.pass(20, (200, 1), (200, 1));
        let found = ["weight_ppm", "limit_ppm", "rolled_back"].map(|name| proxy.metric(name));
        assert_eq!(found, [expected.0, expected.1, expected.2]);
    }
    assert_eq!(proxy.metric("green_last_request_seconds"), 1_800_000_000);
}

#[test]
fn a_proxy_says_which_configuration_it_has_and_since_when() {
    let proxy = Proxy::new(&config(&json!({})), 1);
    let (mut meter, now) = (proxy.meter.clone(), 1_800_000_000);
    let configuration = Configuration::new(&proxy.table, u64::MAX);
    assert!(configuration.tell(&mut meter));
    meter.0.borrow_mut().now += 5_000_000_000;
    assert!(configuration.tell(&mut meter));
    assert_eq!(meter.value("bluegreen_configuration_fingerprint"), (1 << 48) - 1);
    assert_eq!(meter.value("bluegreen_configuration_seconds"), now, "the first worker's time");
    assert_eq!(meter.value("bluegreen_deployments"), 1);
    assert!(Configuration::new(&proxy.table, 7).tell(&mut meter));
    assert_eq!(meter.value("bluegreen_configuration_seconds"), now + 5);
}

#[test]
fn metrics_that_are_rejected_are_noticed() {
    let proxy = Proxy::new(&config(&json!({})), 1);
    proxy.meter.0.borrow_mut().rejects = true;
    assert!(!Configuration::new(&proxy.table, 0).tell(&mut proxy.meter.clone()));
}

#[test]
fn what_nobody_asks_has_no_metrics() {
    let mut proxy = Proxy::new(&config(&json!({})), 1);
    proxy.beat();
    assert!(!proxy.meter.0.borrow().names.iter().any(|(_, name)| name.contains("fraud")));
}
