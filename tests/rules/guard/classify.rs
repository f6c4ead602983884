//! Which answers are failures.

use std::time::Duration;

use Judgement::{Failed, Nothing, Rescued, Succeeded};
use bluegreen::config::{self, ConfigErrors, Path};
use bluegreen::rollback::guard::{Answer, End, Failures, Guard, Judgement};
use serde_json::json;

fn failures(config: &serde_json::Value) -> Failures {
    let config: config::Guard = serde_json::from_value(json!({"failures": config})).unwrap();
    Guard::new(&config, &Path::Root, &mut ConfigErrors::default()).unwrap().failures
}

fn status(status: u16) -> Answer {
    Answer { status: Some(status), ..Answer::default() }
}

#[test]
fn failures_are_what_the_configuration_takes_for_one() {
    let default = failures(&json!({}));
    for (code, expected) in [(200, Succeeded), (404, Succeeded), (500, Failed), (599, Failed)] {
        assert_eq!(default.judge(&status(code)), expected, "{code}");
    }
    let own = failures(&json!({"status": ["429", "500-502", "4xx"]}));
    for (code, expected) in [(429, Failed), (404, Failed), (502, Failed), (503, Succeeded)] {
        assert_eq!(own.judge(&status(code)), expected, "{code}");
    }
    let grpc = |code| Answer { grpc_status: Some(code), ..status(200) };
    for (code, expected) in [(0, Succeeded), (5, Succeeded), (14, Failed), (99, Succeeded)] {
        assert_eq!(default.judge(&grpc(code)), expected, "{code}");
    }
    let marked = Answer { has_failure_header: true, ..status(200) };
    assert_eq!(default.judge(&marked), Failed);
}

#[test]
fn an_answer_that_takes_too_long_is_a_failure_also_if_the_client_does_not_wait_for_it() {
    let failures = failures(&json!({"slower_than": "500ms"}));
    let after =
        |milliseconds| Answer { took: Some(Duration::from_millis(milliseconds)), ..status(200) };
    assert_eq!(failures.judge(&after(500)), Succeeded);
    assert_eq!(failures.judge(&after(501)), Failed);
    let gone = Answer { end: End::ClientGone, status: None, ..after(501) };
    assert_eq!(failures.judge(&gone), Failed);
    assert_eq!(failures.judge(&Answer { took: None, ..gone }), Nothing);
}

#[test]
fn what_envoy_answers_in_place_of_the_variant_is_a_failure_whatever_its_status() {
    let failures = failures(&json!({"status": ["500"]}));
    let local = |code| Answer { is_local: true, ..status(code) };
    assert_eq!(failures.judge(&local(503)), Failed);
    assert_eq!(failures.judge(&local(200)), Succeeded);
    for flags in [0x2, 0x4, 0x20, 0x40, 0x80, 0x1_0000, 0x80_0000, 0x100_0000] {
        let answer = Answer { end: End::from_flags(flags), ..status(200) };
        assert_eq!(failures.judge(&answer), Failed, "{flags:#x}");
    }
}

#[test]
fn what_says_nothing_about_the_variant_does_not_count() {
    let failures = failures(&json!({}));
    let ended = |flags, code| Answer { end: End::from_flags(flags), ..status(code) };
    // The client went away; a limit of rates, authorization, an injected fault.
    for flags in [0x4000, 0x1000_0000, 0x800, 0x1000, 0x400] {
        assert_eq!(failures.judge(&ended(flags, 200)), Nothing, "{flags:#x}");
    }
    assert_eq!(failures.judge(&ended(0x1000, 503)), Nothing);
    assert_eq!(failures.judge(&ended(0x4000, 503)), Failed, "it had answered before");
    assert_eq!(failures.judge(&ended(0x4000 | 0x4, 200)), Nothing);
    assert_eq!(failures.judge(&ended(0x200, 200)), Succeeded, "an injected delay");
}

#[test]
fn a_failure_that_a_retry_or_the_other_variant_hides_is_rescued() {
    let failures = failures(&json!({}));
    let attempts = |attempts| Answer { attempts, ..status(200) };
    assert_eq!(failures.judge(&attempts(0)), Succeeded);
    assert_eq!(failures.judge(&attempts(1)), Succeeded);
    assert_eq!(failures.judge(&attempts(2)), Rescued);
    assert_eq!(failures.judge(&Answer { status: Some(500), ..attempts(2) }), Failed);
    let other = Answer { is_of_other_variant: true, ..status(200) };
    assert_eq!(failures.judge(&other), Rescued);
    let is_failure = [Succeeded, Failed, Rescued, Nothing].map(Judgement::is_failure);
    assert_eq!(is_failure, [Some(false), Some(true), Some(true), None]);
}
