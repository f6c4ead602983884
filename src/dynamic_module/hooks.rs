//! The functions that Envoy calls and that do something.
//!
//! Envoy loads the library, makes a configuration, and for each stream a filter, which it tells of
//! the request's and the response's headers and destroys in the end. A filter's configuration
//! lives as long as its last filter.
#![expect(unsafe_code, reason = "functions under the names that Envoy looks for, and its handles")]

use std::cell::RefCell;
use std::ffi::{c_char, c_void};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicBool, Ordering};

use bluegreen::filter;
use bluegreen::tags::Response;
use bluegreen::wire::FirstPass;

use crate::abi::{self, Buffer, CONTINUE, Envoy};
use crate::chain;
use crate::configuration::{Configuration, Counters};
use crate::host::Stream;
use crate::memory;
use crate::route_configuration::RouteConfiguration;
use crate::series::Defined;
use crate::unwinding::caught;

/// What the module keeps of a stream.
pub struct Filter {
    pub configuration: *const Configuration,
    /// What the response has to carry; nearly always nothing.
    pub response: Option<Box<Response>>,
    /// Whether its answer is watched.
    pub is_watched: bool,
    /// Whether the answer's last byte has come.
    pub is_whole: bool,
    /// How Envoy itself answered, or ended the answer.
    pub flags: u64,
    /// What the stream left that ended just before this one began.
    first_pass: Option<Box<FirstPass>>,
}

/// What streams leave to those that come after them on the same worker.
struct Left {
    /// What the last stream left. Envoy ends a stream that it redirects internally, and begins its
    /// second pass at once; Envoy 1.40 does so before it destroys the stream.
    first_pass: Option<Box<FirstPass>>,
    /// Room for filters: an allocator takes longer.
    room: Vec<Box<Filter>>,
}

/// Room for so many filters is kept.
const MOST_ROOM: usize = 256;

thread_local! {
    static LEFT: RefCell<Left> =
        const { RefCell::new(Left { first_pass: None, room: Vec::new() }) };
}

/// Whether any stream of this process has ever left something.
static HAS_LEFT: AtomicBool = AtomicBool::new(false);

/// Whether there may be something that a stream left, which another one that ends takes away.
#[inline]
pub fn has_left() -> bool {
    HAS_LEFT.load(Ordering::Relaxed)
}

/// A stream is over. What its response was to carry, if that never began, is left to the next one.
pub fn leave(response: Option<Box<Response>>) {
    let first_pass = response.map(|response| Box::new(response.into_first_pass()));
    if first_pass.is_some() {
        HAS_LEFT.store(true, Ordering::Relaxed);
    }
    LEFT.with_borrow_mut(|left| left.first_pass = first_pass);
}

/// A filter that is not there. Envoy takes a null for a failure of the stream.
const ABSENT: *const c_void = NonNull::<Filter>::dangling().as_ptr().cast_const().cast();

/// The library is loaded.
#[unsafe(no_mangle)]
extern "C" fn envoy_dynamic_module_on_program_init() -> *const c_char {
    caught("program_init", abi::VERSION, || {
        // Envoy gets the text of a panic by its own log, once: see `unwinding`.
        std::panic::set_hook(Box::new(crate::unwinding::report));
        abi::VERSION
    })
}

/// A configuration arrives; null refuses it.
#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_on_http_filter_config_new(
    envoy: Envoy,
    _name: Buffer,
    text: Buffer,
) -> *const c_void {
    caught("config_new", ptr::null(), || {
        // SAFETY: Envoy makes the configuration of this handle now, and lends the text.
        let (counters, defined, text) =
            unsafe { (Counters::define(envoy), Defined::new(envoy), text.bytes()) };
        let handle = Configuration::new(text, counters, defined).map_or(ptr::null(), into_handle);
        memory::give_back(text.len());
        handle
    })
}

/// Nothing uses a configuration any more.
#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_on_http_filter_config_destroy(handle: *const c_void) {
    // SAFETY: `config_new` made it, and Envoy destroys it once, after its streams.
    caught("config_destroy", (), || unsafe { destroy::<Configuration>(handle) });
}

/// The configuration of a virtual host or of a route arrives; null refuses it.
#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_on_http_filter_per_route_config_new(
    _name: Buffer,
    text: Buffer,
) -> *const c_void {
    caught("per_route_config_new", ptr::null(), || {
        // SAFETY: Envoy lends the text.
        RouteConfiguration::new(unsafe { text.bytes() }).map_or(ptr::null(), into_handle)
    })
}

/// Nothing uses such a configuration any more.
#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_on_http_filter_per_route_config_destroy(
    handle: *const c_void,
) {
    // SAFETY: `per_route_config_new` made it, and Envoy destroys it once.
    caught("per_route_config_destroy", (), || unsafe { destroy::<RouteConfiguration>(handle) });
}

/// A stream begins.
#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_on_http_filter_new(
    configuration: *const c_void,
    _envoy: Envoy,
) -> *const c_void {
    caught("new", ABSENT, || {
        let (room, first_pass) =
            LEFT.with_borrow_mut(|left| (left.room.pop(), left.first_pass.take()));
        let (response, is_watched, is_whole, flags) = (None, false, false, 0);
        let configuration = configuration.cast();
        let new = Filter { configuration, response, is_watched, is_whole, flags, first_pass };
        let filter = match room {
            Some(mut room) => {
                *room = new;
                room
            }
            None => Box::new(new),
        };
        Box::into_raw(filter).cast_const().cast()
    })
}

/// A request's headers have arrived.
#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_on_http_filter_request_headers(
    envoy: Envoy,
    handle: *const c_void,
    _is_end: bool,
) -> u32 {
    caught("request_headers", CONTINUE, || {
        // SAFETY: Envoy calls the hooks of a stream one after the other.
        if let Some(filter) = unsafe { filter(handle) } {
            // SAFETY: a configuration lives as long as its last stream.
            let configuration = unsafe { &*filter.configuration };
            // SAFETY: the stream lives while Envoy waits for this hook.
            let stream = unsafe { Stream::new(envoy, &configuration.counters) };
            let mut stream = stream.after(filter.first_pass.as_deref());
            chain::look(&mut stream);
            configuration.begin(&mut stream);
            let outcome = filter::on_request_headers(&configuration.table, &mut stream);
            if let Some(outcome) = outcome {
                let key = handle.addr();
                filter.is_watched = configuration.workers.begin(key, &outcome, &mut stream);
                if !outcome.response.is_empty() {
                    filter.response = Some(Box::new(outcome.response));
                }
            }
            // SAFETY: the stream lives while Envoy waits for this hook.
            unsafe { configuration.tell(envoy) };
        }
        CONTINUE
    })
}

/// A request's trailers have arrived.
#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_on_http_filter_request_trailers(
    envoy: Envoy,
    handle: *const c_void,
) -> u32 {
    caught("request_trailers", CONTINUE, || {
        // SAFETY: Envoy calls the hooks of a stream one after the other.
        if let Some(filter) = unsafe { filter(handle) } {
            // SAFETY: a configuration lives as long as its last stream.
            let configuration = unsafe { &*filter.configuration };
            // SAFETY: the stream lives while Envoy waits for this hook.
            let mut stream = unsafe { Stream::new(envoy, &configuration.counters) };
            filter::on_request_trailers(&configuration.table, &mut stream);
        }
        CONTINUE
    })
}

/// A stream is gone.
#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_on_http_filter_destroy(handle: *const c_void) {
    caught("destroy", (), || {
        if handle != ABSENT {
            // SAFETY: `new` made it, and Envoy destroys it once.
            let mut filter = unsafe { Box::from_raw(handle.cast_mut().cast::<Filter>()) };
            if filter.response.is_some() || filter.first_pass.is_some() {
                (filter.response, filter.first_pass) = (None, None);
            }
            LEFT.with_borrow_mut(|left| {
                if left.room.len() < MOST_ROOM {
                    left.room.push(filter);
                }
            });
        }
    });
}

fn into_handle<T>(value: T) -> *const c_void {
    Box::into_raw(Box::new(value)).cast_const().cast()
}

/// # Safety
/// [`into_handle`] made the handle of a `T`, and nothing uses it any more.
unsafe fn destroy<T>(handle: *const c_void) {
    if !handle.is_null() {
        // SAFETY: the caller keeps the conditions.
        drop(unsafe { Box::from_raw(handle.cast_mut().cast::<T>()) });
    }
}

/// # Safety
/// `on_http_filter_new` made the handle, and nothing else uses it during `'a`.
pub unsafe fn filter<'a>(handle: *const c_void) -> Option<&'a mut Filter> {
    if handle == ABSENT {
        return None;
    }
    // SAFETY: the caller keeps the conditions.
    unsafe { handle.cast_mut().cast::<Filter>().as_mut() }
}
