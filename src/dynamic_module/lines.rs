//! The lines of a header map, where Envoy has them.
#![expect(unsafe_code, reason = "calls across the C boundary")]

use std::mem::{MaybeUninit, offset_of, transmute};

use bluegreen::wire::Line;

use crate::abi::{self, Envoy, Header, Map};

/// More headers than nearly all requests have; they need no allocation.
const USUAL: usize = 64;

/// Room for the lines of a header map.
pub struct Room {
    usual: [MaybeUninit<Header>; USUAL],
    more: Vec<MaybeUninit<Header>>,
}

impl Room {
    #[inline]
    pub fn new() -> Self {
        Self { usual: [const { MaybeUninit::uninit() }; USUAL], more: Vec::new() }
    }

    /// Has Envoy fill it; empty if there is no such header map.
    ///
    /// # Safety
    /// The stream lives, and while the lines are lent nothing is written to the header map.
    #[inline]
    pub unsafe fn fill(&mut self, envoy: Envoy, map: Map) -> &[Line<'_>] {
        // SAFETY: the stream lives.
        let count = unsafe { abi::headers_size(envoy, map) };
        let into: *mut Header = if count <= USUAL {
            self.usual.as_mut_ptr().cast()
        } else {
            self.more.resize_with(count, MaybeUninit::<Header>::uninit);
            self.more.as_mut_ptr().cast()
        };
        // SAFETY: the stream lives, and there is room for so many lines.
        let is_filled = count > 0 && unsafe { abi::headers(envoy, map, into) };
        // SAFETY: Envoy filled in so many lines, and the caller says how long they stay.
        if is_filled { unsafe { lines_of(into, count) } } else { &[] }
    }
}

// A pair of slices has the form of a header line, or this is no program.
const _: () = {
    assert!(size_of::<Header>() == size_of::<Line<'_>>());
    assert!(align_of::<Header>() == align_of::<Line<'_>>());
    assert!(offset_of!(Header, name) == offset_of!(Line<'_>, 0));
    assert!(offset_of!(Header, value) == offset_of!(Line<'_>, 1));
    // SAFETY: of a slice only the second word is read, which has to be its length.
    let length = unsafe { transmute::<&[u8], [MaybeUninit<usize>; 2]>(b"abc")[1].assume_init() };
    assert!(length == 3);
};

/// Header lines as slices, in their place.
///
/// # Safety
/// So many lines are filled in, nothing else uses them, and their bytes stay during `'a`.
unsafe fn lines_of<'a>(headers: *mut Header, count: usize) -> &'a [Line<'a>] {
    // SAFETY: so many lines are filled in, and nothing else uses them.
    for header in unsafe { std::slice::from_raw_parts_mut(headers, count) } {
        if header.name.is_null() || header.value.is_null() {
            mend(header);
        }
    }
    // SAFETY: none is null, and a line has the form of a pair of slices.
    unsafe { std::slice::from_raw_parts(headers.cast(), count) }
}

#[cold]
fn mend(header: &mut Header) {
    header.name.mend();
    header.value.mend();
}
