//! A deployment under a guard: its settings, and whether the guard has taken green back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::rollback::guard::settings::Guard;

/// The guard of one deployment, as decisions ask it. What is counted lies elsewhere, apart for
/// each worker; this one a host may share between them.
#[derive(Debug)]
pub struct Guarded {
    /// What was configured, perhaps for many deployments at once.
    pub settings: Arc<Guard>,
    /// By which a change of the deployment's configuration is told. What fits into 31 bits.
    pub fingerprint: u32,
    is_tripped: AtomicBool,
}

impl Guarded {
    /// A guard that has seen nothing yet.
    #[must_use]
    pub fn new(settings: Arc<Guard>, fingerprint: u64) -> Self {
        let fingerprint = u32::try_from(fingerprint >> 33).unwrap_or(0);
        Self { settings, fingerprint, is_tripped: AtomicBool::new(false) }
    }

    /// Whether green was taken back, as far as this worker knows.
    #[must_use]
    pub fn is_tripped(&self) -> bool {
        self.is_tripped.load(Ordering::Relaxed)
    }

    /// Takes green back, or gives it free again.
    pub fn set_tripped(&self, is_tripped: bool) {
        self.is_tripped.store(is_tripped, Ordering::Relaxed);
    }
}
