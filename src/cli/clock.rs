//! Points in time, as people write them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Reads a time of RFC 3339, or `@` and seconds since 1970: nanoseconds since 1970.
///
/// # Errors
/// What is no such time.
pub fn parse(text: &str) -> Result<u64, String> {
    if let Some(seconds) = text.strip_prefix('@').and_then(|text| text.parse::<u64>().ok()) {
        return Ok(seconds.saturating_mul(1_000_000_000));
    }
    let time = OffsetDateTime::parse(text, &Rfc3339).ok();
    time.and_then(|time| u64::try_from(time.unix_timestamp_nanos()).ok()).ok_or_else(|| {
        "not a time of RFC 3339 such as 2026-11-23T09:00:00+01:00, from 1970 on".to_owned()
    })
}

/// Now, in nanoseconds since 1970.
pub fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_nanos()).unwrap_or(u64::MAX)
}

/// A point in time as people write it, to the second.
pub fn shown(nanos: u64) -> String {
    let time = UNIX_EPOCH.checked_add(Duration::from_nanos(nanos)).unwrap_or(UNIX_EPOCH);
    humantime::format_rfc3339_seconds(time).to_string()
}
