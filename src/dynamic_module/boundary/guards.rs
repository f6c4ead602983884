//! What a guard needs of the boundary: answers, a clock, and what outlasts a configuration.

use std::time::{Duration, Instant};

use serde_json::json;

use super::fake_envoy::{FakeConfiguration, FakeStream, log};
use crate::clock;

const ENOUGH: Duration = Duration::from_secs(60);

fn configured(name: &str, explain: &str) -> FakeConfiguration {
    let config = json!({
        "deployments": [{
            "name": name,
            "green_weight": 50,
            "sticky": {"keys": [{"header": "x-user-id"}]},
            "guard": {},
        }],
        "rollback": {"sources": ["route"]},
        "explain": explain,
    });
    FakeConfiguration::new(&config.to_string()).expect("is accepted")
}

/// Serves a user, whom green answers in this way; whether green did.
fn serve(
    configuration: &FakeConfiguration,
    user: usize,
    green: fn(&mut FakeStream),
) -> (bool, FakeStream) {
    let user = format!("u-{user}").into_bytes();
    let lines: [(&[u8], &[u8]); 3] =
        [(b":authority", b"example.com"), (b":path", b"/"), (b"x-user-id", &user)];
    let mut stream = FakeStream::with_request(&lines);
    let mut is_green = false;
    configuration.serve_and(&mut stream, |stream| {
        is_green = stream.request.iter().any(|(_, value)| **value == *b"green");
        let ok: [(&[u8], &[u8]); 2] =
            [(b":status", b"200"), (b"x-envoy-upstream-service-time", b"1")];
        stream.response = FakeStream::with_request(&ok).request;
        if is_green {
            green(stream);
        }
    });
    (is_green, stream)
}

fn fails(stream: &mut FakeStream) {
    if let Some((_, status)) = stream.response.first_mut() {
        *status = b"500"[..].into();
    }
}

/// Serves users until green has served none of many, in so many rounds at most; whether it did.
fn is_taken_back(
    configuration: &FakeConfiguration,
    rounds: usize,
    green: fn(&mut FakeStream),
) -> bool {
    let until = Instant::now() + ENOUGH;
    for round in 0..rounds {
        let mut users = (round * 100)..(round * 100 + 100);
        if users.all(|user| !serve(configuration, user, green).0) {
            return true;
        }
        clock::strike();
        assert!(Instant::now() < until, "the clock stands");
    }
    false
}

#[test]
#[cfg_attr(miri, ignore = "takes a second of real time")]
fn a_green_that_fails_is_taken_back_and_stays_so_under_the_next_configuration() {
    let first = configured("taken-back", "never");
    assert!(is_taken_back(&first, usize::MAX, fails));
    assert!(log().iter().any(|line| line.contains("guard: taken-back is taken back to blue")));
    let second = configured("taken-back", "internal");
    drop(first);
    assert!((0..100).all(|user| !serve(&second, user, fails).0), "from the first request on");
    let told = |all: &[(usize, Vec<String>, u64)], labels: &[&str], least: u64| {
        all.iter().any(|(_, values, value)| *values == labels && *value >= least)
    };
    let (mut all, until) = (Vec::new(), Instant::now() + ENOUGH);
    while !told(&all, &["taken-back", "blue", "guard"], 1) || !told(&all, &["taken-back"], 1) {
        clock::strike();
        all.extend(serve(&second, 0, fails).1.told);
        assert!(Instant::now() < until, "{all:?}");
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes a second of real time")]
fn an_answer_that_the_upstream_breaks_off_is_a_failure_and_one_that_the_client_does_is_none() {
    let left = configured("left", "never");
    assert!(!is_taken_back(&left, 300, |stream| stream.breaks_off = true));
    let broken = configured("broken", "never");
    assert!(is_taken_back(&broken, usize::MAX, |stream| {
        stream.breaks_off = true;
        stream.local_reply = Some(b"upstream_reset_after_response_started{protocol_error}");
    }));
}

#[test]
#[cfg_attr(miri, ignore = "takes a second of real time")]
fn trailers_say_that_grpc_failed() {
    let configuration = configured("grpc", "never");
    assert!(is_taken_back(&configuration, usize::MAX, |stream| {
        stream.response.push((b"content-type"[..].into(), b"application/grpc"[..].into()));
        stream.response_trailers = vec![(b"grpc-status"[..].into(), b"13"[..].into())];
    }));
}
