//! Large pieces of memory come from the system and go back to it at once.
//!
//! Envoy has an allocator in the place of the C library's, and that keeps what is freed: a table of
//! 10,000 deployments would leave behind all that reading its configuration took.
#![expect(unsafe_code, reason = "an allocator, and calls of the C library")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::{c_int, c_void};
use std::ptr;

/// From this size on a piece is large.
const LARGE: usize = 1 << 17;
/// Pages begin at multiples of this.
const PAGE: usize = 4096;

const READ_AND_WRITE: c_int = 1 | 2;
const PRIVATE_AND_ANONYMOUS: c_int = 0x2 | 0x20;
const MAY_MOVE: c_int = 1;

unsafe extern "C" {
    fn mmap(
        at: *mut c_void,
        size: usize,
        protection: c_int,
        flags: c_int,
        file: c_int,
        offset: i64,
    ) -> *mut c_void;
    fn munmap(at: *mut c_void, size: usize) -> c_int;
    fn mremap(at: *mut c_void, from: usize, to: usize, flags: c_int, ...) -> *mut c_void;
}

/// Envoy's allocator, and the system for large pieces.
struct Allocator;

#[cfg_attr(not(any(test, miri)), global_allocator)]
static ALLOCATOR: Allocator = Allocator;

fn is_large(size: usize, layout: Layout) -> bool {
    size >= LARGE && layout.align() <= PAGE
}

/// What the system hands out, or null.
fn mapped(found: *mut c_void) -> *mut u8 {
    // -1 says that it failed.
    if found.addr() == usize::MAX { ptr::null_mut() } else { found.cast() }
}

// SAFETY: each piece is freed by the way that it came, which its size tells; pages are aligned and
// zeroed, and other pieces are the allocator's of the system.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the conditions.
        unsafe {
            if is_large(layout.size(), layout) {
                self.alloc_zeroed(layout)
            } else {
                System.alloc(layout)
            }
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !is_large(layout.size(), layout) {
            // SAFETY: the caller keeps the conditions.
            return unsafe { System.alloc_zeroed(layout) };
        }
        let (protection, flags) = (READ_AND_WRITE, PRIVATE_AND_ANONYMOUS);
        // SAFETY: new pages touch nothing that is there.
        mapped(unsafe { mmap(ptr::null_mut(), layout.size(), protection, flags, -1, 0) })
    }

    #[inline]
    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the conditions, and a large piece is one of pages.
        unsafe {
            if is_large(layout.size(), layout) {
                munmap(piece.cast(), layout.size());
            } else {
                System.dealloc(piece, layout);
            }
        }
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps the conditions, and a large piece is one of pages.
        unsafe {
            match (is_large(layout.size(), layout), is_large(size, layout)) {
                (true, true) => mapped(mremap(piece.cast(), layout.size(), size, MAY_MOVE)),
                (false, false) => System.realloc(piece, layout, size),
                _ => {
                    let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
                    if !new.is_null() {
                        ptr::copy_nonoverlapping(piece, new, layout.size().min(size));
                        self.dealloc(piece, layout);
                    }
                    new
                }
            }
        }
    }
}

#[cfg(all(test, not(miri)))]
mod tests {
    use super::*;

    #[test]
    fn a_piece_keeps_its_bytes_when_it_grows_and_shrinks_across_the_border() {
        let layout = |size| Layout::from_size_align(size, 16).unwrap();
        let sizes = [100, LARGE - 1, LARGE, 10 * LARGE, 3 * LARGE, LARGE - 1, 50];
        // SAFETY: each size is that of the piece at that time.
        unsafe {
            let mut piece = ALLOCATOR.alloc(layout(sizes[0]));
            piece.cast::<[u8; 50]>().write([7; 50]);
            for pair in sizes.windows(2) {
                piece = ALLOCATOR.realloc(piece, layout(pair[0]), pair[1]);
                assert!(!piece.is_null() && piece.addr() % 16 == 0);
                piece.add(pair[1] - 1).write(piece.add(pair[1] - 1).read());
                assert_eq!(piece.cast::<[u8; 50]>().read(), [7; 50]);
            }
            ALLOCATOR.dealloc(piece, layout(50));
            let zeroed = ALLOCATOR.alloc_zeroed(layout(2 * LARGE));
            assert!((0..2 * LARGE).all(|byte| zeroed.add(byte).read() == 0));
            ALLOCATOR.dealloc(zeroed, layout(2 * LARGE));
        }
    }
}
