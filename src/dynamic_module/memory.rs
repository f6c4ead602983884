//! Memory that reading a configuration took, and that nobody needs any more.
#![expect(unsafe_code, reason = "a call of the C library")]

/// Only a text that is longer takes so much memory that it matters.
const LONG: usize = 100_000;

/// Gives back to the system what reading a text took. Envoy has an allocator of its own in the
/// place of the C library's, which keeps what is freed; this call is the way to ask it not to.
#[cfg(not(miri))]
pub fn give_back(text: usize) {
    use std::ffi::c_int;

    unsafe extern "C" {
        fn malloc_trim(keep: usize) -> c_int;
    }
    if text > LONG {
        // SAFETY: it takes a number, and may be called at any time.
        unsafe { malloc_trim(0) };
    }
}

#[cfg(miri)]
pub fn give_back(_text: usize) {}
