//! The functions that Envoy calls and that do something.
//!
//! Envoy loads the library, makes a configuration, and for each stream a filter, which it tells of
//! the request's and the response's headers and destroys in the end. A filter's configuration
//! lives as long as its last filter.
#![expect(unsafe_code, reason = "functions under the names that Envoy looks for, and its handles")]

use std::cell::Cell;
use std::ffi::{c_char, c_void};
use std::ptr::{self, NonNull};

use bluegreen::filter;
use bluegreen::tags::Response;
use bluegreen::wire::FirstPass;

use crate::abi::{self, Buffer, CONTINUE, Envoy};
use crate::chain;
use crate::configuration::{Configuration, Counters};
use crate::host::Stream;
use crate::route_configuration::RouteConfiguration;
use crate::unwinding::caught;

/// What the module keeps of a stream.
struct Filter {
    configuration: *const Configuration,
    /// What the response has to carry; nearly always nothing.
    response: Option<Box<Response>>,
    /// What the stream left that ended just before this one began.
    first_pass: Option<Box<FirstPass>>,
}

thread_local! {
    /// What the last stream of this worker left. Envoy ends a stream that it redirects internally,
    /// and begins its second pass at once.
    static LEFT: Cell<Option<Box<FirstPass>>> = const { Cell::new(None) };
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
        let (counters, text) = unsafe { (Counters::define(envoy), text.bytes()) };
        Configuration::new(text, counters).map_or(ptr::null(), into_handle)
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
        let (configuration, first_pass) = (configuration.cast(), LEFT.take());
        into_handle(Filter { configuration, response: None, first_pass })
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
            configuration.count_warnings(&mut stream);
            let outcome = filter::on_request_headers(&configuration.table, &mut stream);
            if let Some(outcome) = outcome
                && !outcome.response.is_empty()
            {
                filter.response = Some(Box::new(outcome.response));
            }
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

/// The response's headers have arrived.
#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_on_http_filter_response_headers(
    envoy: Envoy,
    handle: *const c_void,
    _is_end: bool,
) -> u32 {
    caught("response_headers", CONTINUE, || {
        // SAFETY: Envoy calls the hooks of a stream one after the other.
        if let Some(filter) = unsafe { filter(handle) }
            && let Some(response) = filter.response.take()
        {
            // SAFETY: a configuration lives as long as its last stream.
            let configuration = unsafe { &*filter.configuration };
            // SAFETY: the stream lives while Envoy waits for this hook.
            response.write(&mut unsafe { Stream::new(envoy, &configuration.counters) });
        }
        CONTINUE
    })
}

/// A stream has ended.
#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_on_http_filter_destroy(handle: *const c_void) {
    caught("destroy", (), || {
        if handle != ABSENT {
            // SAFETY: `new` made it, and nothing else uses it.
            let response = unsafe { filter(handle) }.and_then(|filter| filter.response.take());
            LEFT.set(response.map(|response| Box::new(response.into_first_pass())));
            // SAFETY: `new` made it, and Envoy destroys it once.
            unsafe { destroy::<Filter>(handle) }
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
unsafe fn filter<'a>(handle: *const c_void) -> Option<&'a mut Filter> {
    if handle == ABSENT {
        return None;
    }
    // SAFETY: the caller keeps the conditions.
    unsafe { handle.cast_mut().cast::<Filter>().as_mut() }
}
