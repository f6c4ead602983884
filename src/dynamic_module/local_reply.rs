//! Why Envoy itself answered, or ended an answer.
//!
//! Envoy 1.38 has no response flags for modules, but hands the details of such a reply to the
//! module. The flags are those that Envoy sets with these details.

/// No healthy upstream.
const NO_HEALTHY_UPSTREAM: u64 = 1 << 1;
const TIMEOUT: u64 = 1 << 2;
const CONNECTION_FAILED: u64 = 1 << 5;
const NO_ROUTE: u64 = 1 << 8;
const FAULT: u64 = 1 << 10;
const RATE_LIMITED: u64 = 1 << 11;
const UNAUTHORIZED: u64 = 1 << 12;
const IDLE: u64 = 1 << 16;
const DURATION: u64 = 1 << 22;
const NO_CLUSTER: u64 = 1 << 24;
const OVERLOAD: u64 = 1 << 25;
const NO_ADDRESS: u64 = 1 << 26;
/// The client has gone.
pub const CLIENT_GONE: u64 = 1 << 14;

/// What details begin with, and the flag.
const DETAILS: [(&[u8], u64); 18] = [
    (b"upstream_reset_", CONNECTION_FAILED),
    (b"upstream_response_timeout", TIMEOUT),
    (b"upstream_per_try", TIMEOUT),
    (b"response_timeout", TIMEOUT),
    (b"upstream_max_stream_duration", DURATION),
    (b"no_healthy_upstream", NO_HEALTHY_UPSTREAM),
    (b"maintenance_mode", CONNECTION_FAILED),
    (b"cluster_not_found", NO_CLUSTER),
    (b"dns_resolution", NO_ADDRESS),
    (b"stream_idle_timeout", IDLE),
    (b"max_duration_timeout", DURATION),
    (b"route_not_found", NO_ROUTE),
    (b"fault_filter", FAULT),
    (b"request_rate_limited", RATE_LIMITED),
    (b"local_rate_limited", RATE_LIMITED),
    (b"rate_limiter_error", RATE_LIMITED),
    (b"ext_authz", UNAUTHORIZED),
    (b"overload", OVERLOAD),
];

/// The flags of a reply with these details; 0 for a filter's own.
pub fn flags(details: &[u8]) -> u64 {
    DETAILS.iter().find(|(start, _)| details.starts_with(start)).map_or(0, |(_, flag)| *flag)
}

#[cfg(test)]
mod tests {
    use bluegreen::rollback::guard::End;

    use super::*;

    #[test]
    fn details_say_whether_the_upstream_failed() {
        for (details, end) in [
            ("upstream_reset_before_response_started{connection_termination}", End::Broken),
            ("upstream_reset_after_response_started{protocol_error}", End::Broken),
            ("response_timeout", End::Broken),
            ("no_healthy_upstream", End::Broken),
            ("cluster_not_found", End::Broken),
            ("route_not_found", End::Elsewhere),
            ("fault_filter_abort", End::Elsewhere),
            ("ext_authz_denied", End::Elsewhere),
            ("direct_response", End::Whole),
            ("", End::Whole),
        ] {
            assert_eq!(End::from_flags(flags(details.as_bytes())), end, "{details}");
        }
        assert_eq!(End::from_flags(CLIENT_GONE), End::ClientGone);
    }
}
