//! The host calls of a stream, straight to the proxy-wasm ABI.
//!
//! The SDK's own copy a header map into a `String` for each name, build a property's path anew at
//! each look-up, and panic on a status that they do not expect. These hand on the host's buffer
//! as it is, take a path that is ready, and give back the status.
#![expect(unsafe_code, reason = "calls across the boundary of the module")]

use std::cell::RefCell;
use std::ptr::null_mut;

use crate::lender::Lender;

/// A status of the ABI; 0 is success.
pub type Status = u32;

/// The call did what it is for.
pub const OK: Status = 0;
/// What was asked for is not there.
pub const NOT_FOUND: Status = 1;
/// Another value was stored in the meantime.
pub const CAS_MISMATCH: Status = 8;

/// The header maps of a stream that the filter touches.
#[derive(Clone, Copy)]
#[repr(u32)]
pub enum Map {
    RequestHeaders = 0,
    RequestTrailers = 1,
    ResponseHeaders = 2,
    ResponseTrailers = 3,
}

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    fn proxy_get_header_map_pairs(map: Map, data: *mut *mut u8, size: *mut usize) -> Status;
    fn proxy_replace_header_map_value(
        map: Map,
        name: *const u8,
        name_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> Status;
    fn proxy_add_header_map_value(
        map: Map,
        name: *const u8,
        name_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> Status;
    fn proxy_remove_header_map_value(map: Map, name: *const u8, name_size: usize) -> Status;
    fn proxy_get_buffer_bytes(
        buffer: u32,
        start: usize,
        most: usize,
        data: *mut *mut u8,
        size: *mut usize,
    ) -> Status;
    fn proxy_get_property(
        path: *const u8,
        path_size: usize,
        data: *mut *mut u8,
        size: *mut usize,
    ) -> Status;
    fn proxy_set_property(
        path: *const u8,
        path_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> Status;
    fn proxy_get_current_time_nanoseconds(time: *mut u64) -> Status;
    fn proxy_call_foreign_function(
        name: *const u8,
        name_size: usize,
        arguments: *const u8,
        arguments_size: usize,
        results: *mut *mut u8,
        results_size: *mut usize,
    ) -> Status;
    fn proxy_define_metric(kind: u32, name: *const u8, name_size: usize, id: *mut u32) -> Status;
    fn proxy_increment_metric(id: u32, offset: i64) -> Status;
    fn proxy_record_metric(id: u32, value: u64) -> Status;
    fn proxy_get_metric(id: u32, value: *mut u64) -> Status;
    fn proxy_set_tick_period_milliseconds(period: u32) -> Status;
    fn proxy_set_effective_context(context: u32) -> Status;
    fn proxy_get_shared_data(
        key: *const u8,
        key_size: usize,
        data: *mut *mut u8,
        size: *mut usize,
        cas: *mut u32,
    ) -> Status;
    fn proxy_set_shared_data(
        key: *const u8,
        key_size: usize,
        value: *const u8,
        value_size: usize,
        cas: u32,
    ) -> Status;
}

/// All headers of a map in the pairs encoding.
pub fn header_map(map: Map) -> Result<Vec<u8>, Status> {
    // SAFETY: the two pointers are valid for the call.
    returned(|data, size| unsafe { proxy_get_header_map_pairs(map, data, size) })
}

/// A property by its path, segments separated by zero bytes.
pub fn property(path: &[u8]) -> Result<Vec<u8>, Status> {
    // SAFETY: pointer and length are those of a slice, the other two pointers valid for the call.
    returned(|data, size| unsafe { proxy_get_property(path.as_ptr(), path.len(), data, size) })
}

/// Puts one header line in place of all of this name.
pub fn set_header(map: Map, name: &str, value: &[u8]) -> Status {
    // SAFETY: pointers and lengths are those of slices.
    unsafe {
        proxy_replace_header_map_value(map, name.as_ptr(), name.len(), value.as_ptr(), value.len())
    }
}

/// Adds a header line.
pub fn add_header(map: Map, name: &str, value: &str) -> Status {
    // SAFETY: pointers and lengths are those of slices.
    unsafe {
        proxy_add_header_map_value(map, name.as_ptr(), name.len(), value.as_ptr(), value.len())
    }
}

/// Removes all header lines of this name.
pub fn remove_header(map: Map, name: &str) -> Status {
    // SAFETY: pointer and length are those of a slice.
    unsafe { proxy_remove_header_map_value(map, name.as_ptr(), name.len()) }
}

/// Sets a property; one of a single segment is filter state of the stream.
pub fn set_property(path: &[u8], value: &[u8]) -> Status {
    // SAFETY: pointers and lengths are those of slices.
    unsafe { proxy_set_property(path.as_ptr(), path.len(), value.as_ptr(), value.len()) }
}

/// Nanoseconds since the epoch of Unix.
pub fn now() -> u64 {
    let mut time = 0;
    // SAFETY: the pointer is valid for the call.
    unsafe { proxy_get_current_time_nanoseconds(&raw mut time) };
    time
}

/// Calls a function of Envoy that takes and gives nothing.
pub fn call_foreign_function(name: &str, arguments: &[u8]) -> Status {
    let (mut results, mut size) = (null_mut::<u8>(), 0);
    LENDER.with_borrow_mut(Lender::begin);
    let (name, length) = (name.as_ptr(), name.len());
    let (given, given_size) = (arguments.as_ptr(), arguments.len());
    let (results, size) = (&raw mut results, &raw mut size);
    // SAFETY: pointers and lengths are those of slices, the pointers to results valid for the call.
    unsafe { proxy_call_foreign_function(name, length, given, given_size, results, size) }
}

/// Has filter state of this name, at most 127 bytes long, be text in Envoy's expressions. Else it
/// is bytes, of which most functions take none.
pub fn declare_text(name: &str) {
    // The message `DeclarePropertyArguments` of Envoy: field 1 is the name, field 3 the type.
    const NAME: u8 = 1 << 3 | 2;
    const TYPE: u8 = 3 << 3;
    const TEXT: u8 = 1;
    if let Ok(length @ ..=127) = u8::try_from(name.len()) {
        let arguments = [&[NAME, length], name.as_bytes(), &[TYPE, TEXT]].concat();
        call_foreign_function("declare_property", &arguments);
    }
}

/// A metric that rises.
pub const COUNTER: u32 = 0;
/// A metric that can be set.
pub const GAUGE: u32 = 1;

/// Defines a metric.
pub fn define_metric(kind: u32, name: &str) -> Result<u32, Status> {
    let mut id = 0;
    // SAFETY: pointer and length are those of a slice, the other pointer valid for the call.
    match unsafe { proxy_define_metric(kind, name.as_ptr(), name.len(), &raw mut id) } {
        OK => Ok(id),
        status => Err(status),
    }
}

/// Sets a gauge.
pub fn record_metric(id: u32, value: u64) -> Status {
    // SAFETY: takes integers.
    unsafe { proxy_record_metric(id, value) }
}

/// The value of a metric; 0 if there is none.
pub fn metric(id: u32) -> u64 {
    let mut value = 0;
    // SAFETY: the pointer is valid for the call.
    unsafe { proxy_get_metric(id, &raw mut value) };
    value
}

/// How often the root context that speaks is called by the clock.
pub fn set_tick_period(milliseconds: u32) -> Status {
    // SAFETY: takes an integer.
    unsafe { proxy_set_tick_period_milliseconds(milliseconds) }
}

/// Whether a context lives. If it does, it speaks from then on.
pub fn speaks(context: u32) -> bool {
    // SAFETY: takes an integer.
    unsafe { proxy_set_effective_context(context) == OK }
}

/// Adds to a metric.
pub fn increment_metric(id: u32, offset: i64) -> Status {
    // SAFETY: takes integers.
    unsafe { proxy_increment_metric(id, offset) }
}

/// Stores a value that all workers share, if the number of its last change is still `cas`.
pub fn set_shared_data(key: &str, value: &[u8], cas: u32) -> Status {
    // SAFETY: pointers and lengths are those of slices.
    unsafe { proxy_set_shared_data(key.as_ptr(), key.len(), value.as_ptr(), value.len(), cas) }
}

/// A value that all workers share, and the number of its last change.
pub fn shared_data(key: &str) -> Result<(Vec<u8>, u32), Status> {
    let mut cas = 0;
    // SAFETY: pointer and length are those of a slice, the other pointers valid for the call.
    let value = returned(|data, size| unsafe {
        proxy_get_shared_data(key.as_ptr(), key.len(), data, size, &raw mut cas)
    })?;
    Ok((value, cas))
}

/// The text of the plugin's configuration.
pub fn plugin_configuration() -> Result<Vec<u8>, Status> {
    const PLUGIN_CONFIGURATION: u32 = 7;
    // SAFETY: the two pointers are valid for the call.
    returned(|data, size| unsafe {
        proxy_get_buffer_bytes(PLUGIN_CONFIGURATION, 0, usize::MAX, data, size)
    })
}

thread_local! {
    static LENDER: RefCell<Lender> = const { RefCell::new(Lender::new()) };
}

/// Room of this size for what a call returns; the host fills it before the call ends.
#[unsafe(no_mangle)]
extern "C" fn bluegreen_on_memory_allocate(size: usize) -> *mut u8 {
    LENDER.with_borrow_mut(|lender| lender.lend(size))
}

/// Takes over the buffer that a call returned.
fn returned(call: impl FnOnce(*mut *mut u8, *mut usize) -> Status) -> Result<Vec<u8>, Status> {
    let (mut data, mut size) = (null_mut::<u8>(), 0);
    LENDER.with_borrow_mut(Lender::begin);
    match call(&raw mut data, &raw mut size) {
        // SAFETY: the host filled so many bytes of the buffer that it names.
        OK => Ok(LENDER.with_borrow_mut(|lender| unsafe { lender.claim(data, size) })),
        status => Err(status),
    }
}

/// Keeps a buffer for the next call.
pub fn reuse(buffer: Vec<u8>) {
    LENDER.with_borrow_mut(|lender| lender.keep(buffer));
}
