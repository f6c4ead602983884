//! Two of these filters in one chain, which can be seen by a counter.
//!
//! The second would take the tags of the first for a client's, and issue a cookie of its own. Nothing
//! but filter state tells one filter of the other, for they may be of different versions and so
//! different libraries, or the other one a filter in WebAssembly.

use std::cell::Cell;

use bluegreen::host::Host;
use bluegreen::metrics::Counter;
use bluegreen::wire::Turn;

use crate::host::Stream;

thread_local! {
    /// Requests that this library has seen on this worker.
    static REQUESTS: Cell<u32> = const { Cell::new(0) };
}

/// Filter state that lives as long as the chain of a stream.
const MARK: &[u8] = b"bluegreen.filter";

/// The mark of a filter in WebAssembly.
const OTHER: &[u8] = b"wasm.bluegreen.filter";

/// Marks a request, or counts it if another filter has marked it; mostly neither.
pub fn look(stream: &mut Stream<'_>) {
    let request = REQUESTS.get();
    REQUESTS.set(request.wrapping_add(1));
    let turn = Turn::of(request);
    if !turn.is_looked_at && !turn.is_marked {
        return;
    }
    // Envoy does not let filter state be set twice.
    let has_mark = stream.has_filter_state(MARK);
    if turn.is_looked_at && (has_mark || stream.has_filter_state(OTHER)) {
        stream.count(Counter::RepeatedFilter);
    }
    if turn.is_marked && !has_mark {
        stream.leave_filter_state(MARK, b"1");
    }
}
