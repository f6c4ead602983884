//! A thread that calls the workers of all configurations now and then, as Envoy's ABI does not.

use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::Duration;

use crate::unwinding::caught;
use crate::workers::Workers;

/// How often it looks where nobody says so.
const RARELY: Duration = Duration::from_secs(1);

static CLOCK: Mutex<Clock> = Mutex::new(Clock { called: Vec::new(), is_running: false });
static NEWS: Condvar = Condvar::new();

struct Clock {
    called: Vec<Weak<Workers>>,
    is_running: bool,
}

/// Has the workers of a configuration called as long as it is there.
#[inline(never)]
pub fn call(workers: &Arc<Workers>) {
    let mut clock = CLOCK.lock().unwrap_or_else(PoisonError::into_inner);
    clock.called.push(Arc::downgrade(workers));
    if clock.is_running {
        NEWS.notify_one();
    } else if !cfg!(test) {
        let thread = std::thread::Builder::new().name("bluegreen".to_owned());
        clock.is_running = thread.spawn(run).is_ok();
    }
}

/// Runs while there are configurations.
fn run() {
    let mut wait = Duration::ZERO;
    loop {
        let clock = CLOCK.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = NEWS.wait_timeout(clock, wait);
        let (mut clock, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let called = clock.called();
        if called.is_empty() {
            clock.is_running = false;
            return;
        }
        drop(clock);
        wait = beat(&called);
    }
}

impl Clock {
    /// The workers of configurations that are still there.
    fn called(&mut self) -> Vec<Weak<Workers>> {
        self.called.retain(|workers| workers.strong_count() > 0);
        self.called.clone()
    }
}

/// Calls all workers once, in place of the thread.
#[cfg(test)]
pub fn strike() {
    let called = CLOCK.lock().unwrap_or_else(PoisonError::into_inner).called();
    beat(&called);
}

/// Calls these workers once. Returns when to do so again.
fn beat(called: &[Weak<Workers>]) -> Duration {
    let mut wait = RARELY;
    for workers in called.iter().filter_map(Weak::upgrade) {
        wait = wait.min(workers.period());
        caught("beat", (), || workers.beat());
    }
    wait
}
