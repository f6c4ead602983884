//! Whether an answer is a failure.

use std::time::Duration;

/// Which answers are failures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failures {
    /// HTTP status codes, first and last of each range.
    pub status: Box<[(u16, u16)]>,
    /// gRPC status codes, a bit for each from 0 to 31.
    pub grpc_status: u32,
    /// A response header, in lower case, that marks a failure by being there.
    pub response_header: Option<Box<str>>,
    /// An answer that takes longer is a failure.
    pub slower_than: Option<Duration>,
}

/// What is known of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status code; None if no answer began.
    pub status: Option<u16>,
    /// gRPC status code, of an answer in gRPC.
    pub grpc_status: Option<u32>,
    /// Whether the header of [`Failures::response_header`] is there.
    pub has_failure_header: bool,
    /// Whether Envoy answered in place of an upstream, as far as is known.
    pub is_local: bool,
    /// How long it took until the answer began, or how long it has not begun.
    pub took: Option<Duration>,
    /// How many times Envoy sent the request; 0 if that is not known.
    pub attempts: u32,
    /// Whether the other variant answered in place of the one that was chosen.
    pub is_of_other_variant: bool,
    /// How the stream ended.
    pub end: End,
}

/// How a stream ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// With the whole answer, as far as is known.
    #[default]
    Whole,
    /// The upstream did not answer, or broke off.
    Broken,
    /// The client went away.
    ClientGone,
    /// Neither: another filter answered, or no route was found.
    Elsewhere,
}

impl End {
    /// Reads Envoy's `response.flags`. Bit `n` is the flag with number `n + 1` of
    /// `CoreResponseFlag` in Envoy's `stream_info.h`.
    #[must_use]
    pub fn from_flags(flags: u64) -> Self {
        // Client disconnected, sent what is no HTTP, or reset its stream.
        const CLIENT: u64 = 1 << 14 | 1 << 18 | 1 << 28;
        // No healthy host, request timeout, local and remote reset, no connection, connection
        // lost, overflow, retry limit, idle timeout, longest stream, duration timeout, what is no
        // HTTP, no cluster, no address, load dropped.
        const UPSTREAM: u64 = 1 << 1
            | 1 << 2
            | 1 << 3
            | 1 << 4
            | 1 << 5
            | 1 << 6
            | 1 << 7
            | 1 << 15
            | 1 << 16
            | 1 << 19
            | 1 << 22
            | 1 << 23
            | 1 << 24
            | 1 << 26
            | 1 << 27;
        // No route, fault injected, rate limit and its error, authorization, bad Envoy headers,
        // no filter configuration, overload of this proxy, all load dropped.
        const ELSEWHERE: u64 =
            1 << 8 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 17 | 1 << 21 | 1 << 25 | 1 << 29;
        if flags & CLIENT != 0 {
            Self::ClientGone
        } else if flags & UPSTREAM != 0 {
            Self::Broken
        } else if flags & ELSEWHERE != 0 {
            Self::Elsewhere
        } else {
            Self::Whole
        }
    }
}

/// What an answer says about the variant that was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// The variant works.
    Succeeded,
    /// The variant failed, and the client saw it.
    Failed,
    /// The variant failed, but the client got a sound answer: of a retry, or of the other variant.
    Rescued,
    /// Nothing.
    Nothing,
}

impl Judgement {
    /// Whether the variant failed. None if the answer does not count.
    #[must_use]
    pub fn is_failure(self) -> Option<bool> {
        match self {
            Self::Succeeded => Some(false),
            Self::Failed | Self::Rescued => Some(true),
            Self::Nothing => None,
        }
    }
}

impl Failures {
    /// Judges an answer.
    #[must_use]
    pub fn judge(&self, answer: &Answer) -> Judgement {
        if answer.end == End::Elsewhere {
            return Judgement::Nothing;
        }
        let is_failed = answer.status.is_some_and(|status| self.has_status(status))
            || answer.grpc_status.is_some_and(|status| self.has_grpc_status(status))
            || answer.has_failure_header
            || answer.took.is_some_and(|took| self.is_too_slow(took))
            || answer.is_local && answer.status.is_some_and(|status| status >= 500);
        match answer.end {
            _ if is_failed => Judgement::Failed,
            End::ClientGone | End::Elsewhere => Judgement::Nothing,
            End::Broken => Judgement::Failed,
            End::Whole if answer.is_of_other_variant || answer.attempts > 1 => Judgement::Rescued,
            End::Whole => Judgement::Succeeded,
        }
    }

    /// Whether an answer that took so long, or that has not begun for so long, is a failure.
    #[must_use]
    pub fn is_too_slow(&self, took: Duration) -> bool {
        self.slower_than.is_some_and(|limit| took > limit)
    }

    fn has_status(&self, status: u16) -> bool {
        self.status.iter().any(|(first, last)| (*first..=*last).contains(&status))
    }

    fn has_grpc_status(&self, status: u32) -> bool {
        1_u32.checked_shl(status).is_some_and(|bit| self.grpc_status & bit != 0)
    }
}
