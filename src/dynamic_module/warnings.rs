//! Warnings that are logged once in a process, whichever worker comes first.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

thread_local! {
    /// What this worker need not ask the others about.
    static SEEN: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Whether this key is seen for the first time in the process.
pub fn is_new(key: u64) -> bool {
    static WARNED: LazyLock<Mutex<HashSet<u64>>> = LazyLock::new(Mutex::default);
    if SEEN.with_borrow(|seen| seen.contains(&key)) {
        return false;
    }
    SEEN.with_borrow_mut(|seen| seen.push(key));
    // A worker that panicked while it held the lock left a whole set behind.
    WARNED.lock().unwrap_or_else(PoisonError::into_inner).insert(key)
}
