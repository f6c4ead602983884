//! Which of blue's requests green gets a copy of: those of the users next in line.

use crate::config::{self, ConfigErrors, Path};
use crate::split::{Bucket, Weight};

/// The share of buckets above the weight that green gets a copy of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mirror(Weight);

impl Mirror {
    /// Whether a bucket that is served by blue lies in the cohort above a weight. The limit is
    /// asked for only where it can change the answer; where green is rolled back nobody is copied.
    pub fn takes(self, bucket: Bucket, weight: Weight, limit: impl FnOnce() -> Weight) -> bool {
        if !weight.plus(self.0).covers(bucket) {
            return false;
        }
        let limit = limit();
        let weight = weight.min(limit);
        limit != Weight::ZERO && !weight.covers(bucket) && weight.plus(self.0).covers(bucket)
    }

    /// Validates the configuration; None where that added errors.
    pub fn new(config: &config::Mirror, at: &Path, errors: &mut ConfigErrors) -> Option<Self> {
        let at = at.key("percent");
        let Some(percent) = &config.percent else {
            errors.required(&at);
            return None;
        };
        Weight::read(percent, &at, errors).map(Self)
    }
}
