//! A panic ends where Envoy called: one that left a hook would end Envoy.

use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};

use crate::abi::{self, Level};

/// Does the work of a hook; `otherwise` where it panics, as if the filter were not there.
///
/// What a panic leaves half done is one stream's alone, or is dropped: tables never change.
#[inline]
pub fn caught<T>(hook: &str, otherwise: T, work: impl FnOnce() -> T) -> T {
    let work = || {
        provoke(hook);
        work()
    };
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        tell(hook);
        otherwise
    })
}

/// Says where a panic was, in Envoy's log and not on a stream of its own.
pub fn report(info: &PanicHookInfo<'_>) {
    abi::log(Level::Error, &format!("panicked: {info}"));
}

#[cold]
fn tell(hook: &str) {
    // Not even the log may panic out of here.
    let _ = catch_unwind(|| {
        abi::log(Level::Error, &format!("the hook {hook} panicked and was passed over"));
    });
}

/// Panics in the hook that `BLUEGREEN_PANIC_IN` names: only in a build for tests.
#[cfg(provoked_panics)]
#[expect(clippy::panic, reason = "what the build is for")]
fn provoke(hook: &str) {
    if std::env::var("BLUEGREEN_PANIC_IN").is_ok_and(|name| name == hook) {
        panic!("provoked");
    }
}

#[cfg(not(provoked_panics))]
#[inline]
fn provoke(_hook: &str) {}
