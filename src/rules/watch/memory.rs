//! What outlasts a worker: one number for each guard, which a gauge holds.

/// What is remembered of a guard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The deployment's configuration that it is about, of 31 bits.
    pub fingerprint: u32,
    /// When green was taken back, in seconds since the epoch of Unix.
    pub tripped_at: Option<u32>,
    /// Whether the metadata that tells a guard to begin anew has been obeyed.
    pub has_reset: bool,
}

impl Memory {
    /// As a gauge holds it: the configuration, the time (0 for none), and a bit.
    #[must_use]
    pub fn to_number(self) -> u64 {
        let time = u64::from(self.tripped_at.unwrap_or(0));
        u64::from(self.fingerprint) << 33 | time << 1 | u64::from(self.has_reset)
    }

    /// Reads the gauge.
    #[must_use]
    pub fn from_number(number: u64) -> Self {
        let time = u32::try_from(number >> 1 & u64::from(u32::MAX)).unwrap_or(0);
        Self {
            fingerprint: u32::try_from(number >> 33).unwrap_or(0),
            tripped_at: (time != 0).then_some(time),
            has_reset: number & 1 != 0,
        }
    }
}
