//! Warnings that are logged once in a process, whichever worker comes first.

use std::cell::RefCell;
use std::sync::{Mutex, PoisonError};

use bluegreen::warn_once::{Warned, Warning};

thread_local! {
    /// What this worker need not ask the others about.
    static SEEN: RefCell<Warned> = RefCell::default();
}

/// What to do about the warning of a key.
pub fn note(key: u64) -> Warning {
    static WARNED: Mutex<Warned> = Mutex::new(Warned::new());
    if SEEN.with_borrow_mut(|seen| seen.note(key)) == Warning::Silent {
        return Warning::Silent;
    }
    // A worker that panicked while it held the lock left a whole set behind.
    WARNED.lock().unwrap_or_else(PoisonError::into_inner).note(key)
}
