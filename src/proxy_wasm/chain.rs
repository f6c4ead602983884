//! Two of these filters in one chain, which can be seen by a counter.
//!
//! The second would take the tags of the first for a client's, and issue a cookie of its own. Nothing
//! but filter state tells one filter of the other, for they may be of different versions and so in
//! different VMs. A look at every request would cost too much, so some requests are marked and some
//! are looked at, at intervals without a common divisor. So in whatever step the two count, one of
//! 16,256 requests is both, and where both have just started the second request is.

use std::cell::Cell;

use bluegreen::host::Host;
use bluegreen::metrics::Counter;

use crate::host::Envoy;
use crate::hostcalls;

thread_local! {
    /// Requests that this VM has seen.
    static REQUESTS: Cell<u32> = const { Cell::new(0) };
}

/// Filter state that lives as long as the chain of a stream.
const MARK: &[u8] = b"bluegreen.filter";

/// Marks a request, or counts it if another filter has marked it; mostly neither.
pub fn look() {
    let request = REQUESTS.get();
    REQUESTS.set(request.wrapping_add(1));
    if request % 128 == 1 && hostcalls::property(MARK).is_ok() {
        Envoy::default().count(Counter::RepeatedFilter);
    }
    if request % 127 < 2 {
        hostcalls::set_property(MARK, b"1");
    }
}
