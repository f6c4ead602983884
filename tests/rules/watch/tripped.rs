//! When green is taken back, and when it is given free again.

use bluegreen_watch::{Kind, Meter};
use serde_json::json;

use super::{Proxy, config};

const GOOD: (u16, u32) = (200, 10);

#[test]
fn a_green_that_fails_is_taken_back_on_every_worker() {
    for workers in [1, 2, 4] {
        let mut proxy = Proxy::new(&config(&json!({})), workers);
        for _ in 0..100 {
            proxy.pass(8, GOOD, GOOD);
            assert_eq!(proxy.metric("guard_tripped"), 0);
        }
        let beats = proxy.beats_until_tripped(8, 60).unwrap();
        assert!((10..=24).contains(&beats), "{beats} beats of 50 ms with {workers} workers");
        proxy.beat();
        for worker in 0..workers {
            let (_, reason, watched) =
                (0..50).map(|_| proxy.ask(worker)).find(|one| one.1 == "guard").unwrap();
            assert!(reason == "guard" && watched.is_none());
        }
        assert_eq!((proxy.metric("guard_tripped"), proxy.metric("guard_trips_total")), (1, 1));
        let lines = proxy.meter.lines();
        assert!(lines.len() == 1 && lines[0].contains("fraud is taken back to blue"), "{lines:?}");
    }
}

#[test]
fn evidence_is_looked_at_once_in_a_tick_by_whichever_worker() {
    for workers in [1, 3] {
        let mut proxy = Proxy::new(&config(&json!({})), workers);
        // The evaluation moves `due`, the third number of the record.
        let due = |proxy: &Proxy| {
            let shared = proxy.meter.0.borrow();
            let record = shared.records.get("bluegreen.guard.fraud");
            record.map(|(bytes, _)| f64::from_le_bytes(bytes[16..24].try_into().unwrap()))
        };
        let (mut evaluations, mut last) = (0, None);
        for _ in 0..400 {
            proxy.pass(4, GOOD, GOOD);
            if due(&proxy) != last {
                last = due(&proxy);
                evaluations += 1;
            }
        }
        // 20 seconds hold 80 ticks, and the record begins with one more.
        assert!((76..=81).contains(&evaluations), "{evaluations}");
    }
}

#[test]
fn what_fails_on_both_variants_takes_nobody_back() {
    let mut proxy = Proxy::new(&config(&json!({})), 2);
    for _ in 0..200 {
        proxy.pass(8, (500, 10), (500, 10));
        assert_eq!(proxy.metric("guard_tripped"), 0);
    }
    assert_eq!(proxy.metric("guard_tripped"), 0);
}

#[test]
fn a_green_that_is_slower_than_blue_is_taken_back() {
    let mut proxy = Proxy::new(&config(&json!({"failures": {"slower_than_blue": 1.5}})), 2);
    for _ in 0..200 {
        proxy.pass(8, (200, 20), (200, 20));
        assert_eq!(proxy.metric("guard_tripped"), 0);
    }
    let is_tripped = (0..200).any(|_| {
        proxy.pass(8, (200, 200), (200, 20));
        proxy.metric("guard_tripped") == 1
    });
    assert!(is_tripped);
}

#[test]
fn a_green_that_never_answers_is_taken_back() {
    let mut proxy = Proxy::new(&config(&json!({"failures": {"slower_than": "500ms"}})), 1);
    for _ in 0..100 {
        proxy.pass(8, GOOD, GOOD);
    }
    let mut waiting = Vec::new();
    let is_tripped = (0..60).any(|_| {
        for _ in 0..8 {
            let (variant, _, watched) = proxy.ask(0);
            match (variant, watched) {
                (Some(bluegreen::variant::Variant::Green), Some(watched)) => waiting.push(watched),
                (_, Some(watched)) => proxy.answer(0, watched, GOOD),
                _ => {}
            }
        }
        proxy.beat();
        waiting.retain_mut(|watched| !proxy.workers[0].age(watched));
        proxy.metric("guard_tripped") == 1
    });
    assert!(is_tripped);
}

#[test]
fn where_nothing_is_left_of_blue_only_the_absolute_limit_counts() {
    let mut all_green = config(&json!({}));
    all_green["deployments"][0]["green_weight"] = json!(100);
    let mut proxy = Proxy::new(&all_green, 2);
    for _ in 0..100 {
        assert_eq!(proxy.pass(8, GOOD, GOOD), 16);
    }
    assert!(proxy.beats_until_tripped(8, 60).is_some());
}

#[test]
fn a_rollback_flag_ends_a_trip_and_green_is_tried_again_after_it() {
    let mut proxy = tripped();
    proxy.metadata = json!({"rollback": true});
    for _ in 0..3 {
        assert_eq!(proxy.pass(20, GOOD, GOOD), 0);
    }
    assert_eq!(proxy.metric("guard_tripped"), 0);
    proxy.metadata = json!({});
    assert!(proxy.pass(20, GOOD, GOOD) > 0);
    assert!(proxy.beats_until_tripped(8, 100).is_some(), "it is watched again");
}

#[test]
fn a_flag_that_cannot_be_read_ends_no_trip() {
    let mut proxy = tripped();
    proxy.metadata = json!({"rollback": {"mistake": 1}});
    for _ in 0..3 {
        proxy.pass(20, GOOD, GOOD);
    }
    proxy.metadata = json!({});
    assert_eq!((proxy.pass(20, GOOD, GOOD), proxy.metric("guard_tripped")), (0, 1));
}

#[test]
fn metadata_begins_anew_once_and_again_only_after_it_was_gone_for_a_while() {
    let mut proxy = tripped();
    proxy.metadata = json!({"guard": "reset"});
    for _ in 0..3 {
        proxy.pass(20, GOOD, GOOD);
    }
    assert!(proxy.pass(20, GOOD, GOOD) > 0);
    assert!(proxy.beats_until_tripped(8, 100).is_some(), "it holds no trip up");
    for _ in 0..20 {
        assert_eq!(proxy.pass(8, GOOD, GOOD), 0, "and ends no later one");
    }
    proxy.metadata = json!({});
    for _ in 0..220 {
        assert_eq!(proxy.pass(8, GOOD, GOOD), 0);
    }
    proxy.metadata = json!({"guard": "reset"});
    for _ in 0..3 {
        proxy.pass(20, GOOD, GOOD);
    }
    assert!(proxy.pass(20, GOOD, GOOD) > 0);
}

#[test]
fn green_is_tried_again_after_the_cooldown_and_not_before() {
    let mut proxy = Proxy::new(&config(&json!({"cooldown": "10s"})), 2);
    assert!(proxy.beats_until_tripped(8, 100).is_some());
    let beats = (1..400).find(|_| proxy.pass(20, GOOD, GOOD) > 0).unwrap();
    assert!((180..=210).contains(&beats), "{beats} beats of 50 ms");
    assert_eq!(proxy.metric("guard_tripped"), 0);
}

#[test]
fn a_mirror_never_goes_to_a_green_that_was_taken_back() {
    let mut mirrored = config(&json!({}));
    mirrored["deployments"][0]["mirror"] = json!({"percent": 50});
    mirrored["deployments"][0]["clusters"] = json!({"blue": "b", "green": "g"});
    let mut proxy = Proxy::new(&mirrored, 1);
    let copies = |proxy: &Proxy| {
        let of = |user: u32| {
            let mut host = proxy.host(&format!("m{user}"));
            bluegreen::filter::on_request_headers(&proxy.table, &mut host).unwrap();
            let name = "x-bluegreen-mirror-cluster";
            !bluegreen_tests::fake_host::values(&host.request, name).is_empty()
        };
        (0..100).filter(|user| of(*user)).count()
    };
    assert!(copies(&proxy) > 20);
    assert!(proxy.beats_until_tripped(8, 100).is_some());
    assert_eq!(copies(&proxy), 0);
}

#[test]
fn where_metrics_are_rejected_each_worker_still_takes_green_back() {
    let mut proxy = Proxy::new(&config(&json!({})), 2);
    proxy.meter.0.borrow_mut().rejects = true;
    for _ in 0..200 {
        proxy.pass(8, (500, 10), GOOD);
    }
    assert!(proxy.is_tripped(0) && proxy.is_tripped(1));
}

#[test]
fn ten_thousand_guarded_deployments_that_nobody_asks_cost_a_beat_nothing() {
    let deployments: Vec<_> = (0..10_000)
        .map(|n| json!({"name": format!("m{n}"), "match": {"path": format!("/{n}")}}))
        .collect();
    let config = json!({"deployments": deployments, "defaults": {"guard": {}}});
    let mut proxy = Proxy::new(&config, 1);
    let before = proxy.meter.0.borrow().calls;
    assert!(before < 10, "{before} calls at configuration time");
    for _ in 0..20 {
        proxy.beat();
    }
    assert_eq!(proxy.meter.0.borrow().calls - before, 20, "one look at each beat");
    let meter = &mut proxy.meter;
    assert!(meter.metric(Kind::Gauge, "bluegreen_guard_changes").is_some());
}

/// A proxy of two workers that has just taken green back.
fn tripped() -> Proxy {
    let mut proxy = Proxy::new(&config(&json!({})), 2);
    for _ in 0..40 {
        proxy.pass(8, GOOD, GOOD);
    }
    assert!(proxy.beats_until_tripped(8, 100).is_some());
    assert_eq!(proxy.metric("guard_tripped"), 1);
    proxy
}
