//! Envoy's callbacks for a stream, past the SDK's dispatcher.
//!
//! The SDK gives each stream a boxed context and looks it up in up to three hash tables at each
//! callback. The whole decision falls in one callback, and [`Streams`] keeps only what is left to
//! do after it. Root contexts stay with the SDK. Its functions and these cannot have the same
//! names in one build, so `exports.wat` gives these the names that Envoy calls.
#![expect(unsafe_code, reason = "functions under the names that the build looks for")]

use std::cell::RefCell;
use std::sync::Arc;

use crate::chain;
use crate::contexts::{ContextId, Streams};
use crate::host::Envoy;
use bluegreen::filter;
use bluegreen::table::Table;

thread_local! {
    static STREAMS: RefCell<Streams> = RefCell::default();
}

/// Go on with the next filter.
const CONTINUE: u32 = 0;

unsafe extern "C" {
    safe fn proxy_on_context_create(context: ContextId, parent: ContextId);
    safe fn proxy_on_delete(context: ContextId);
}

/// A root context decides by this table from now on.
pub fn configure(root: ContextId, table: Table) {
    STREAMS.with_borrow_mut(|streams| streams.configure(root, Arc::new(table)));
}

#[unsafe(no_mangle)]
extern "C" fn bluegreen_on_context_create(context: ContextId, parent: ContextId) {
    if parent == 0 {
        STREAMS.with_borrow_mut(|streams| streams.create_root(context));
        proxy_on_context_create(context, parent);
    } else {
        STREAMS.with_borrow_mut(|streams| streams.create(context, parent));
    }
}

#[unsafe(no_mangle)]
extern "C" fn bluegreen_on_request_headers(stream: ContextId, _count: u32, _is_end: u32) -> u32 {
    chain::look();
    // None of the calls that a decision makes comes back here.
    let response = STREAMS.with_borrow(|streams| {
        let mut host = Envoy { first_pass: streams.first_pass(stream) };
        let outcome = filter::on_request_headers(streams.table(stream)?, &mut host)?;
        // Most carry nothing, and spare the second borrow.
        (!outcome.response.is_empty()).then_some(outcome.response)
    });
    if let Some(response) = response {
        STREAMS.with_borrow_mut(|streams| streams.keep(stream, response));
    }
    CONTINUE
}

/// Costs only requests that have trailers.
#[unsafe(no_mangle)]
extern "C" fn bluegreen_on_request_trailers(stream: ContextId, _count: u32) -> u32 {
    STREAMS.with_borrow(|streams| {
        if let Some(table) = streams.table(stream) {
            filter::on_request_trailers(table, &mut Envoy::default());
        }
    });
    CONTINUE
}

#[unsafe(no_mangle)]
extern "C" fn bluegreen_on_response_headers(stream: ContextId, _count: u32, _is_end: u32) -> u32 {
    if let Some(response) = STREAMS.with_borrow_mut(|streams| streams.take_response(stream)) {
        response.write(&mut Envoy::default());
    }
    CONTINUE
}

#[unsafe(no_mangle)]
extern "C" fn bluegreen_on_delete(context: ContextId) {
    if STREAMS.with_borrow_mut(|streams| streams.delete(context)) {
        proxy_on_delete(context);
    }
}
