//! What outlasts a worker.

use bluegreen::rollback::guard::{BothCounts, Counts, Evaluation, Numbers};
use bluegreen_watch::{Memory, Record};
use proptest::prelude::*;
use serde_json::json;

use super::{Proxy, config};

const GOOD: (u16, u32) = (200, 10);

#[test]
fn a_worker_that_is_made_anew_knows_that_green_was_taken_back() {
    let mut proxy = Proxy::new(&config(&json!({})), 2);
    assert!(proxy.beats_until_tripped(8, 100).is_some());
    let mut anew = Proxy::beside(&proxy.meter, &config(&json!({})), 2);
    assert!(anew.is_tripped(0) && anew.is_tripped(1));
    assert_eq!(anew.pass(20, GOOD, GOOD), 0);
}

#[test]
fn a_configuration_that_is_only_laid_out_anew_is_the_same() {
    let mut proxy = Proxy::new(&config(&json!({})), 1);
    assert!(proxy.beats_until_tripped(8, 100).is_some());
    let mut more = config(&json!({}));
    more["explain"] = json!("never");
    let other = json!({"name": "other", "match": {"path": "/other"}, "guard": {}});
    more["deployments"].as_array_mut().unwrap().push(other);
    assert!(Proxy::beside(&proxy.meter, &more, 1).is_tripped(0), "it is about others");
}

#[test]
fn a_changed_deployment_is_tried_again_also_after_it_was_changed_back() {
    let mut proxy = Proxy::new(&config(&json!({})), 1);
    assert!(proxy.beats_until_tripped(8, 100).is_some());
    let mut changed = config(&json!({}));
    changed["deployments"][0]["green_weight"] = json!(51);
    let mut changed = Proxy::beside(&proxy.meter, &changed, 1);
    assert!(!changed.is_tripped(0));
    assert_eq!(proxy.metric("guard_tripped"), 0);
    assert!(changed.pass(20, GOOD, GOOD) > 0);
    assert!(!Proxy::beside(&proxy.meter, &config(&json!({})), 1).is_tripped(0));
}

#[test]
fn a_change_of_the_defaults_is_one_of_the_deployments_under_them() {
    let mut by_default = config(&json!({}));
    by_default["deployments"][0].as_object_mut().unwrap().remove("guard");
    by_default["defaults"] = json!({"guard": {}});
    let mut proxy = Proxy::new(&by_default, 1);
    assert!(proxy.beats_until_tripped(8, 100).is_some());
    by_default["defaults"] = json!({"guard": {"margin": 3}});
    assert!(!Proxy::beside(&proxy.meter, &by_default, 1).is_tripped(0));
}

#[test]
fn an_old_configuration_that_still_has_streams_disturbs_a_new_one_in_nothing() {
    let mut old = Proxy::new(&config(&json!({})), 1);
    for _ in 0..40 {
        old.pass(8, GOOD, GOOD);
    }
    let mut changed = config(&json!({}));
    changed["deployments"][0]["green_weight"] = json!(51);
    old.meter.0.borrow_mut().now += 1_000_000_000;
    let mut new = Proxy::beside(&old.meter, &changed, 1);
    for _ in 0..100 {
        new.pass(8, GOOD, GOOD);
        old.pass(8, (500, 10), GOOD);
    }
    assert_eq!(new.metric("guard_tripped"), 0);
    assert!(new.beats_until_tripped(8, 100).is_some());
}

fn any_evaluation() -> impl Strategy<Value = Evaluation> {
    let tick = proptest::collection::vec((0..30_u32, 0..30_u32, 0..30_u32, 0..30_u32), 0..50);
    tick.prop_map(|ticks| {
        let table = bluegreen_tests::environment::configured(&config(&json!({})).to_string());
        let table = table.unwrap();
        let guard = &table.deployments()[0].policy.guard.as_ref().unwrap().settings;
        let mut evaluation = Evaluation::default();
        for (a, b, c, d) in ticks {
            let failures = BothCounts {
                green: Counts { seen: a, failed: b.min(a) },
                blue: Counts { seen: c, failed: d.min(c) },
            };
            let tick = bluegreen::rollback::guard::Tick { failures, slow: failures };
            evaluation.tick(guard, tick, Some(true));
        }
        evaluation
    })
}

proptest! {
    #[test]
    fn what_a_gauge_holds_is_read_as_it_was_written(
        fingerprint in 0..1_u32 << 31, time: u32, has_reset: bool,
    ) {
        let tripped_at = (time != 0).then_some(time);
        let memory = Memory { fingerprint, tripped_at, has_reset };
        prop_assert_eq!(Memory::from_number(memory.to_number()), memory);
    }

    #[test]
    fn evidence_is_read_as_it_was_written(evaluation in any_evaluation()) {
        prop_assert_eq!(Evaluation::from_bytes(&evaluation.to_bytes()), Some(evaluation));
    }

    #[test]
    fn whatever_bytes_are_shared_are_read_or_refused(bytes: Vec<u8>, cut in 0..400_usize) {
        let whole = Record::default().to_bytes();
        let _ = Record::from_bytes(&bytes);
        let read = Record::from_bytes(&whole[..cut.min(whole.len())]);
        prop_assert_eq!(read.is_some(), cut >= whole.len());
        let nans = vec![0xff; whole.len()];
        prop_assert!(Record::from_bytes(&nans).is_none());
    }
}
