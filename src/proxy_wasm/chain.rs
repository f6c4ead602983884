//! Two of these filters in one chain, which can be seen by a counter.
//!
//! The second would take the tags of the first for a client's, and issue a cookie of its own. Nothing
//! but filter state tells one filter of the other, for they may be of different versions and so in
//! different VMs, or the other one a dynamic module.

use std::cell::Cell;

use bluegreen::host::Host;
use bluegreen::metrics::Counter;
use bluegreen::wire::Turn;

use crate::host::Envoy;
use crate::hostcalls;

thread_local! {
    /// Requests that this VM has seen.
    static REQUESTS: Cell<u32> = const { Cell::new(0) };
}

/// Filter state that lives as long as the chain of a stream.
const MARK: &[u8] = b"bluegreen.filter";

/// The mark of the dynamic module.
const OTHER: &[u8] = b"filter_state\0bluegreen.filter";

/// Marks a request, or counts it if another filter has marked it; mostly neither.
pub fn look() {
    let request = REQUESTS.get();
    REQUESTS.set(request.wrapping_add(1));
    let turn = Turn::of(request);
    if turn.is_looked_at && [MARK, OTHER].iter().any(|mark| hostcalls::property(mark).is_ok()) {
        Envoy::default().count(Counter::RepeatedFilter);
    }
    if turn.is_marked {
        hostcalls::set_property(MARK, b"1");
    }
}
