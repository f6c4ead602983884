//! The functions that Envoy calls while a stream is answered, and when it is over.
#![expect(unsafe_code, reason = "functions under the names that Envoy looks for, and its handles")]

use std::ffi::c_void;

use crate::abi::{Buffer, CONTINUE, Envoy, Map};
use crate::hooks::{filter, has_left, leave};
use crate::host::Stream;
use crate::local_reply;
use crate::store;
use crate::unwinding::caught;

/// The response's headers have arrived.
#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_on_http_filter_response_headers(
    envoy: Envoy,
    handle: *const c_void,
    is_end: bool,
) -> u32 {
    // SAFETY: Envoy calls the hooks of a stream one after the other.
    let Some(filter) = (unsafe { filter(handle) }) else { return CONTINUE };
    // Nearly always there is nothing to do, and nothing that could panic.
    if !filter.is_watched && filter.response.is_none() {
        return CONTINUE;
    }
    caught("response_headers", CONTINUE, || {
        // SAFETY: a configuration lives as long as its last stream.
        let configuration = unsafe { &*filter.configuration };
        // SAFETY: the stream lives while Envoy waits for this hook.
        let stream = unsafe { Stream::new(envoy, &configuration.counters) };
        let mut stream = stream.ending(filter.flags);
        if std::mem::take(&mut filter.is_watched) {
            let workers = &configuration.workers;
            filter.is_watched = stream.with_lines(Map::Response, |lines, stream| {
                workers.on_response_headers(handle.addr(), lines, is_end, stream)
            });
        }
        if let Some(response) = filter.response.take() {
            response.write(&mut stream);
        }
        CONTINUE
    })
}

/// A part of the response's body has arrived.
#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_on_http_filter_response_body(
    _envoy: Envoy,
    handle: *const c_void,
    is_end: bool,
) -> u32 {
    if is_end {
        // SAFETY: Envoy calls the hooks of a stream one after the other.
        if let Some(filter) = unsafe { filter(handle) } {
            filter.is_whole = true;
        }
    }
    CONTINUE
}

/// The response's trailers have arrived.
#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_on_http_filter_response_trailers(
    envoy: Envoy,
    handle: *const c_void,
) -> u32 {
    caught("response_trailers", CONTINUE, || {
        // SAFETY: Envoy calls the hooks of a stream one after the other.
        if let Some(filter) = unsafe { filter(handle) }
            && std::mem::take(&mut filter.is_watched)
        {
            // SAFETY: a configuration lives as long as its last stream.
            let configuration = unsafe { &*filter.configuration };
            // SAFETY: the stream lives while Envoy waits for this hook.
            let mut stream = unsafe { Stream::new(envoy, &configuration.counters) };
            stream.with_lines(Map::ResponseTrailers, |lines, _| {
                configuration.workers.on_response_trailers(handle.addr(), lines);
            });
        }
        CONTINUE
    })
}

/// Envoy itself answers, or ends an answer that has begun.
#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_on_http_filter_local_reply(
    _envoy: Envoy,
    handle: *const c_void,
    _status: u32,
    details: Buffer,
    _is_reset: bool,
) -> u32 {
    caught("local_reply", CONTINUE, || {
        // SAFETY: Envoy calls the hooks of a stream one after the other.
        if let Some(filter) = unsafe { filter(handle) }
            && filter.is_watched
        {
            // SAFETY: Envoy lends the details.
            filter.flags |= local_reply::flags(unsafe { details.bytes() });
        }
        CONTINUE
    })
}

/// A stream is over, and still there.
#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_on_http_filter_stream_complete(
    envoy: Envoy,
    handle: *const c_void,
) {
    // SAFETY: Envoy calls the hooks of a stream one after the other.
    let Some(filter) = (unsafe { filter(handle) }) else { return };
    // Nearly always there is nothing to do, and nothing that could panic.
    let has_response = filter.response.is_some();
    if !(filter.is_watched || has_response || has_left() || store::is_untold()) {
        return;
    }
    caught("stream_complete", (), || {
        // SAFETY: a configuration lives as long as its last stream.
        let configuration = unsafe { &*filter.configuration };
        if std::mem::take(&mut filter.is_watched) {
            // Where neither the upstream nor Envoy ended it, the client did.
            let is_over = filter.is_whole || filter.flags != 0;
            let flags = if is_over { filter.flags } else { local_reply::CLIENT_GONE };
            // SAFETY: the stream lives while Envoy waits for this hook.
            let stream = unsafe { Stream::new(envoy, &configuration.counters) };
            configuration.workers.on_end(handle.addr(), &mut stream.ending(flags));
        }
        leave(filter.response.take());
        // SAFETY: the stream lives while Envoy waits for this hook.
        unsafe { configuration.tell(envoy) };
    });
}
