//! The functions that Envoy looks for and that have nothing to do here.
#![expect(unsafe_code, reason = "functions under the names that Envoy looks for")]

use std::ffi::c_void;

use crate::abi::{CONTINUE, Envoy};

type Handle = *const c_void;
type Pointer = *const c_void;

macro_rules! idle {
    ($($name:ident($($kind:ty),*);)*) => { $(
        #[unsafe(no_mangle)]
        extern "C" fn $name($(_: $kind),*) {}
    )* };
}

macro_rules! idle_and_go_on {
    ($($name:ident($($kind:ty),*);)*) => { $(
        #[unsafe(no_mangle)]
        extern "C" fn $name($(_: $kind),*) -> u32 {
            CONTINUE
        }
    )* };
}

idle_and_go_on! {
    envoy_dynamic_module_on_http_filter_request_body(Envoy, Handle, bool);
}

idle! {
    envoy_dynamic_module_on_http_filter_scheduled(Envoy, Handle, u64);
    envoy_dynamic_module_on_http_filter_downstream_above_write_buffer_high_watermark(Envoy, Handle);
    envoy_dynamic_module_on_http_filter_downstream_below_write_buffer_low_watermark(Envoy, Handle);
    envoy_dynamic_module_on_http_filter_http_callout_done(Envoy, Handle, u64, u32, Pointer, usize, Pointer, usize);
    envoy_dynamic_module_on_http_filter_http_stream_headers(Envoy, Handle, u64, Pointer, usize, bool);
    envoy_dynamic_module_on_http_filter_http_stream_data(Envoy, Handle, u64, Pointer, usize, bool);
    envoy_dynamic_module_on_http_filter_http_stream_trailers(Envoy, Handle, u64, Pointer, usize);
    envoy_dynamic_module_on_http_filter_http_stream_complete(Envoy, Handle, u64);
    envoy_dynamic_module_on_http_filter_http_stream_reset(Envoy, Handle, u64, u32);
}
