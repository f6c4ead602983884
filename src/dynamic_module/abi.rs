//! The functions of Envoy's C ABI for dynamic modules that the filter calls, and their types.
//!
//! Each of them exists in Envoy 1.38 and later; the build checks that. Names, arguments and
//! constants are those of Envoy's `source/extensions/dynamic_modules/abi/abi.h`.
#![expect(unsafe_code, reason = "calls across the C boundary")]

use std::ffi::{c_char, c_void};
use std::ptr::{self, NonNull};

/// The version of the ABI that the module was made for: Envoy 1.38's.
pub const VERSION: *const c_char = c"v0.1.0".as_ptr();

/// Bytes of the module, or bytes of Envoy. Envoy's stay valid until the hook that got them returns
/// or something is written to where they come from.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Buffer {
    data: *const u8,
    size: usize,
}

impl Buffer {
    /// No bytes; as the value of a header: remove it.
    pub const NONE: Self = Self { data: ptr::null(), size: 0 };

    /// Lends bytes of the module.
    pub fn of(bytes: &[u8]) -> Self {
        Self { data: bytes.as_ptr(), size: bytes.len() }
    }

    /// The bytes.
    ///
    /// # Safety
    /// Envoy filled it, and during `'a` neither does the hook return nor is anything written to
    /// where the bytes come from.
    pub unsafe fn bytes<'a>(self) -> &'a [u8] {
        // Envoy has a null where there are no bytes.
        let (data, size) = match NonNull::new(self.data.cast_mut()) {
            Some(data) => (data, self.size),
            None => (NonNull::dangling(), 0),
        };
        // SAFETY: Envoy says that so many bytes are there; the caller says for how long.
        unsafe { std::slice::from_raw_parts(data.as_ptr(), size) }
    }

    /// Makes an empty slice of a null.
    pub fn mend(&mut self) {
        if self.data.is_null() {
            (self.data, self.size) = (NonNull::dangling().as_ptr(), 0);
        }
    }

    /// Whether Envoy has a null where there are no bytes.
    pub fn is_null(self) -> bool {
        self.data.is_null()
    }

    /// Where the bytes are, which tells apart what Envoy keeps.
    pub fn address(self) -> usize {
        self.data.addr()
    }
}

/// A header line of Envoy.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Header {
    /// In lower case.
    pub name: Buffer,
    /// Any bytes but the end of a line.
    pub value: Buffer,
}

/// Envoy's filter of one stream, or its configuration of a filter.
pub type Envoy = *mut c_void;

/// The header maps of a stream that the filter touches.
#[derive(Clone, Copy, Debug)]
#[repr(u32)]
pub enum Map {
    Request = 0,
    RequestTrailers = 1,
    Response = 2,
    ResponseTrailers = 3,
}

/// Where metadata is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Source {
    Dynamic = 0,
    Route = 1,
    Cluster = 2,
}

/// Levels of Envoy's log.
#[derive(Clone, Copy, Debug)]
#[repr(u32)]
pub enum Level {
    Debug = 1,
    Info = 2,
    Warning = 3,
    Error = 4,
}

/// What a call about metrics returns that did what it is for.
pub const METRIC_OK: u32 = 0;

/// Go on with the next filter: the answer of every hook that has one.
pub const CONTINUE: u32 = 0;

macro_rules! calls {
    ($($(#[$doc:meta])* $short:ident = $name:ident($($argument:ident: $kind:ty),*) $(-> $back:ty)?;)*) => {
        unsafe extern "C" { $(fn $name($($argument: $kind),*) $(-> $back)?;)* }
        $(
            $(#[$doc])*
            ///
            /// # Safety
            /// Handles are Envoy's and alive, buffers hold what they say, pointers are valid for
            /// writes.
            #[inline]
            pub unsafe fn $short($($argument: $kind),*) $(-> $back)? {
                // SAFETY: the caller keeps the same conditions.
                unsafe { $name($($argument),*) }
            }
        )*
    };
}

calls! {
    /// Writes a line to Envoy's log.
    write_log = envoy_dynamic_module_callback_log(level: Level, text: Buffer);
    /// The number of lines in a header map.
    headers_size = envoy_dynamic_module_callback_http_get_headers_size(envoy: Envoy, map: Map) -> usize;
    /// All lines of a header map; there has to be room for so many.
    headers = envoy_dynamic_module_callback_http_get_headers(envoy: Envoy, map: Map, into: *mut Header) -> bool;
    /// One value of a header, and how many it has.
    header = envoy_dynamic_module_callback_http_get_header(envoy: Envoy, map: Map, name: Buffer, into: *mut Buffer, index: usize, count: *mut usize) -> bool;
    /// Puts one line in place of all of this name; no value removes them.
    set_header = envoy_dynamic_module_callback_http_set_header(envoy: Envoy, map: Map, name: Buffer, value: Buffer) -> bool;
    /// Adds a line.
    add_header = envoy_dynamic_module_callback_http_add_header(envoy: Envoy, map: Map, name: Buffer, value: Buffer) -> bool;
    /// Has the route matched again when it is next asked for.
    clear_route_cache = envoy_dynamic_module_callback_http_clear_route_cache(envoy: Envoy);
    /// The number of keys in a namespace; 0 where there is no such namespace.
    metadata_keys_count = envoy_dynamic_module_callback_http_get_metadata_keys_count(envoy: Envoy, source: Source, namespace: Buffer) -> usize;
    /// The keys of a namespace; there has to be room for so many.
    metadata_keys = envoy_dynamic_module_callback_http_get_metadata_keys(envoy: Envoy, source: Source, namespace: Buffer, into: *mut Buffer) -> bool;
    /// A boolean. Where something else is there, Envoy logs an error; so do the next two.
    metadata_bool = envoy_dynamic_module_callback_http_get_metadata_bool(envoy: Envoy, source: Source, namespace: Buffer, key: Buffer, into: *mut bool) -> bool;
    /// A number.
    metadata_number = envoy_dynamic_module_callback_http_get_metadata_number(envoy: Envoy, source: Source, namespace: Buffer, key: Buffer, into: *mut f64) -> bool;
    /// A text.
    metadata_string = envoy_dynamic_module_callback_http_get_metadata_string(envoy: Envoy, source: Source, namespace: Buffer, key: Buffer, into: *mut Buffer) -> bool;
    /// The number of elements of a list.
    metadata_list_size = envoy_dynamic_module_callback_http_get_metadata_list_size(envoy: Envoy, source: Source, namespace: Buffer, key: Buffer, into: *mut usize) -> bool;
    /// A text of a list.
    metadata_list_string = envoy_dynamic_module_callback_http_get_metadata_list_string(envoy: Envoy, source: Source, namespace: Buffer, key: Buffer, index: usize, into: *mut Buffer) -> bool;
    /// Sets filter state that cannot be changed again.
    set_filter_state = envoy_dynamic_module_callback_http_set_filter_state_bytes(envoy: Envoy, key: Buffer, value: Buffer) -> bool;
    /// Filter state that is a text.
    filter_state = envoy_dynamic_module_callback_http_get_filter_state_bytes(envoy: Envoy, key: Buffer, into: *mut Buffer) -> bool;
    /// Filter state of any type, as a text.
    filter_state_typed = envoy_dynamic_module_callback_http_get_filter_state_typed(envoy: Envoy, key: Buffer, into: *mut Buffer) -> bool;
    /// An attribute that is a text.
    attribute_string = envoy_dynamic_module_callback_http_filter_get_attribute_string(envoy: Envoy, attribute: u32, into: *mut Buffer) -> bool;
    /// An attribute that is an integer.
    attribute_int = envoy_dynamic_module_callback_http_filter_get_attribute_int(envoy: Envoy, attribute: u32, into: *mut u64) -> bool;
    /// An attribute that is a boolean.
    attribute_bool = envoy_dynamic_module_callback_http_filter_get_attribute_bool(envoy: Envoy, attribute: u32, into: *mut bool) -> bool;
    /// What the module made of the route's or the virtual host's own configuration; null if there is none.
    route_configuration = envoy_dynamic_module_callback_get_most_specific_route_config(envoy: Envoy) -> *const c_void;
    /// Defines a counter, which has to happen while the configuration is made.
    define_counter = envoy_dynamic_module_callback_http_filter_config_define_counter(configuration: Envoy, name: Buffer, labels: *const Buffer, count: usize, id: *mut usize) -> u32;
    /// Defines a gauge, which has to happen while the configuration is made.
    define_gauge = envoy_dynamic_module_callback_http_filter_config_define_gauge(configuration: Envoy, name: Buffer, labels: *const Buffer, count: usize, id: *mut usize) -> u32;
    /// Sets a gauge.
    set_gauge = envoy_dynamic_module_callback_http_filter_set_gauge(envoy: Envoy, id: usize, labels: *const Buffer, count: usize, value: u64) -> u32;
    /// The cluster that a request was sent to.
    cluster_name = envoy_dynamic_module_callback_http_get_cluster_name(envoy: Envoy, into: *mut Buffer) -> bool;
    /// Adds to a counter.
    increment_counter = envoy_dynamic_module_callback_http_filter_increment_counter(envoy: Envoy, id: usize, labels: *const Buffer, count: usize, by: u64) -> u32;
}

/// Writes a line to Envoy's log.
pub fn log(level: Level, text: &str) {
    // SAFETY: the text is lent for the call.
    unsafe { write_log(level, Buffer::of(text.as_bytes())) }
}
