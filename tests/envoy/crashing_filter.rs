//! A proxy-wasm filter that does nothing, and crashes on a request with many headers.
#![no_std]

const MANY: i32 = 50;
const CONTINUE: i32 = 0;

#[unsafe(no_mangle)]
extern "C" fn proxy_abi_version_0_2_1() {}

/// Nothing is ever allocated: the filter makes no host calls.
#[unsafe(no_mangle)]
extern "C" fn proxy_on_memory_allocate(_size: usize) -> *mut u8 {
    core::ptr::null_mut()
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_headers(_context: i32, headers: i32, _end_of_stream: i32) -> i32 {
    assert!(headers < MANY);
    CONTINUE
}

#[panic_handler]
fn crash(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
