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
use crate::hostcalls::{self, Map};
use crate::meter;
use bluegreen::filter;
use bluegreen::table::Table;
use bluegreen::wire::Pairs;
use bluegreen_watch::{Watched, Worker};

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
    let table = Arc::new(table);
    let worker = Worker::new(Arc::clone(&table), &mut meter::Envoy);
    let period = u32::try_from(worker.period().as_millis()).unwrap_or(u32::MAX);
    hostcalls::set_tick_period(period);
    STREAMS.with_borrow_mut(|streams| {
        streams.configure(root, table);
        streams.employ(root, worker);
    });
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
    let kept = STREAMS.with_borrow(|streams| {
        let mut host = Envoy { first_pass: streams.first_pass(stream) };
        let root = streams.root_of(stream)?;
        let outcome = filter::on_request_headers(root.table.as_ref()?, &mut host)?;
        let worker = root.worker.as_ref()?;
        let watched = worker.borrow_mut().begin(&outcome, &mut host);
        // Most carry nothing and are not watched, and spare the second borrow.
        (!outcome.response.is_empty() || watched.is_some()).then_some((outcome.response, watched))
    });
    if let Some((response, watched)) = kept {
        STREAMS.with_borrow_mut(|streams| {
            streams.keep(stream, response);
            if let Some(watched) = watched {
                streams.watch(stream, watched);
            }
        });
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
extern "C" fn bluegreen_on_response_headers(stream: ContextId, _count: u32, is_end: u32) -> u32 {
    let (watched, response) = STREAMS
        .with_borrow_mut(|streams| (streams.take_watched(stream), streams.take_response(stream)));
    if let Some(watched) = watched {
        watch_headers(stream, watched, is_end != 0);
    }
    if let Some(response) = response {
        response.write(&mut Envoy::default());
    }
    CONTINUE
}

/// Costs only answers that have trailers.
#[unsafe(no_mangle)]
extern "C" fn bluegreen_on_response_trailers(stream: ContextId, _count: u32) -> u32 {
    if let Some(watched) = STREAMS.with_borrow_mut(|streams| streams.take_watched(stream)) {
        let trailers = hostcalls::header_map(Map::ResponseTrailers).unwrap_or_default();
        with_worker(stream, |worker| {
            worker.on_response_trailers(*watched, Pairs::new(&trailers));
        });
        hostcalls::reuse(trailers);
    }
    CONTINUE
}

/// The end of a stream, in place of its deletion: Envoy logs each, and knows here how it ended.
#[unsafe(no_mangle)]
extern "C" fn bluegreen_on_log(stream: ContextId) {
    if let Some(watched) = STREAMS.with_borrow_mut(|streams| streams.take_watched(stream)) {
        with_worker(stream, |worker| worker.on_end(*watched, &mut Envoy::default()));
    }
    STREAMS.with_borrow_mut(|streams| streams.delete(stream));
}

#[unsafe(no_mangle)]
extern "C" fn bluegreen_on_tick(root: ContextId) {
    STREAMS.with_borrow_mut(|streams| {
        if let Some(worker) = streams.root(root).and_then(|root| root.worker.as_ref()) {
            worker.borrow_mut().beat(&mut meter::Envoy);
        }
        streams.age(root);
    });
    sweep(root);
}

// What few streams need is not inlined, so that the others do not pay for it.
#[inline(never)]
fn watch_headers(stream: ContextId, watched: Box<Watched>, is_end: bool) {
    let headers = hostcalls::header_map(Map::ResponseHeaders).unwrap_or_default();
    let more = with_worker(stream, |worker| {
        let pairs = Pairs::new(&headers);
        worker.on_response_headers(watched, pairs, is_end, &mut Envoy::default())
    });
    hostcalls::reuse(headers);
    if let Some(watched) = more.flatten() {
        STREAMS.with_borrow_mut(|streams| streams.watch(stream, watched));
    }
}

fn with_worker<T>(stream: ContextId, work: impl FnOnce(&mut Worker) -> T) -> Option<T> {
    STREAMS.with_borrow(|streams| {
        let worker = streams.root_of(stream)?.worker.as_ref()?;
        Some(work(&mut worker.borrow_mut()))
    })
}

/// Forgets root contexts that are gone, of which nobody tells.
fn sweep(present: ContextId) {
    let others = STREAMS.with_borrow(|streams| {
        let others = streams.roots().filter(|root| *root != present);
        others.collect::<Vec<_>>()
    });
    if others.is_empty() {
        return;
    }
    let gone: Vec<_> = others.into_iter().filter(|root| !hostcalls::speaks(*root)).collect();
    hostcalls::speaks(present);
    for root in gone {
        STREAMS.with_borrow_mut(|streams| streams.delete(root));
        proxy_on_delete(root);
    }
}
