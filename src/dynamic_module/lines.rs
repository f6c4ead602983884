//! The lines of a header map, where Envoy has them.
#![expect(unsafe_code, reason = "calls across the C boundary")]

use std::mem::MaybeUninit;

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

const _: () = assert!(
    size_of::<Header>() == size_of::<Line<'_>>() && align_of::<Header>() == align_of::<Line<'_>>()
);

/// Makes slices of header lines, each in the place of its line.
///
/// # Safety
/// So many lines are filled in, nothing else uses them, and their bytes stay during `'a`.
unsafe fn lines_of<'a>(headers: *mut Header, count: usize) -> &'a [Line<'a>] {
    let lines: *mut Line<'a> = headers.cast();
    for index in 0..count {
        // SAFETY: the line is filled in, and what takes its place has its size and alignment.
        unsafe {
            let Header { name, value } = headers.add(index).read();
            lines.add(index).write((name.bytes(), value.bytes()));
        }
    }
    // SAFETY: so many slices were written.
    unsafe { std::slice::from_raw_parts(lines, count) }
}
