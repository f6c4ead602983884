//! Reading an answer off its headers.

use std::time::Duration;

use bluegreen::rollback::guard::{Answer, Failures};
use bluegreen::wire::Pairs;

const GRPC_STATUS: &[u8] = b"grpc-status";

/// What the headers of an answer tell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub answer: Answer,
    /// Whether gRPC will say in its trailers how it ended.
    pub has_trailers: bool,
    /// Whether it says how long its body is.
    pub has_length: bool,
}

impl Seen {
    pub fn read(headers: Pairs<'_>, failures: &Failures) -> Self {
        let number = |name: &[u8]| number(headers.get(name)?);
        let took = number(b"x-envoy-upstream-service-time");
        let grpc_status = number(GRPC_STATUS);
        let is_grpc =
            headers.get(b"content-type").is_some_and(|kind| kind.starts_with(b"application/grpc"));
        let marker = failures.response_header.as_deref();
        let answer = Answer {
            status: number(b":status").and_then(|status| u16::try_from(status).ok()),
            grpc_status,
            has_failure_header: marker.is_some_and(|name| headers.get(name.as_bytes()).is_some()),
            is_local: took.is_none(),
            took: took.map(|milliseconds| Duration::from_millis(milliseconds.into())),
            attempts: number(b"x-envoy-attempt-count").unwrap_or(0),
            ..Answer::default()
        };
        let has_length = headers.get(b"content-length").is_some();
        Self { answer, has_trailers: is_grpc && grpc_status.is_none(), has_length }
    }
}

/// What gRPC says in the trailers.
pub(super) fn read_trailers(trailers: Pairs<'_>, answer: Answer, failures: &Failures) -> Answer {
    let marker = failures.response_header.as_deref();
    let is_marked = marker.is_some_and(|name| trailers.get(name.as_bytes()).is_some());
    Answer {
        grpc_status: trailers.get(GRPC_STATUS).and_then(number).or(answer.grpc_status),
        has_failure_header: answer.has_failure_header || is_marked,
        ..answer
    }
}

fn number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}
