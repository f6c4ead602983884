//! The system's allocator, with a count of what each thread takes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a thread took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    pub allocations: usize,
    /// Bytes still in use.
    pub kept: usize,
    /// Most bytes in use at once.
    pub peak: usize,
}

thread_local! {
    static USAGE: Cell<Usage> = const { Cell::new(Usage { allocations: 0, kept: 0, peak: 0 }) };
}

/// What a piece of work gives, and what it took.
pub fn during<T>(work: impl FnOnce() -> T) -> (T, Usage) {
    USAGE.set(Usage::default());
    let result = work();
    (result, USAGE.get())
}

fn take(bytes: usize) {
    let Usage { allocations, kept, peak } = USAGE.get();
    let kept = kept + bytes;
    USAGE.set(Usage { allocations: allocations + 1, kept, peak: peak.max(kept) });
}

fn give_back(bytes: usize) {
    let usage = USAGE.get();
    // What was taken before the work began may be given back in it.
    USAGE.set(Usage { kept: usage.kept.saturating_sub(bytes), ..usage });
}

#[allow(unsafe_code, reason = "an allocator is")]
// SAFETY: the system's allocator does all the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        give_back(layout.size());
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        take(size);
        give_back(layout.size());
        unsafe { System.realloc(memory, layout, size) }
    }
}
