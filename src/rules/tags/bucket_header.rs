//! The bucket as a number in a header, which makes somebody else's weights sticky: Envoy's
//! `weighted_clusters.header_name` takes its random value from there.

use crate::config::{self, ConfigErrors, GreenOrder, Path};
use crate::split::Bucket;
use crate::variant::Variant;

/// Largest total weight of a route.
const MOST_BUCKETS: u32 = 10_000;

/// How buckets are numbered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketHeader {
    buckets: u32,
    green: GreenOrder,
}

impl BucketHeader {
    /// The number of a bucket: `floor(bucket × buckets / 2^64)`, counted from green's end.
    #[must_use]
    pub fn number(&self, bucket: Bucket) -> u32 {
        let product = u128::from(bucket.0).saturating_mul(u128::from(self.buckets));
        let from_start = u32::try_from(product >> 64).unwrap_or(u32::MAX);
        match self.green {
            GreenOrder::First => from_start,
            GreenOrder::Last => self.last().saturating_sub(from_start),
        }
    }

    /// The number at a variant's end, which the variant keeps as long as its route has any weight.
    #[must_use]
    pub fn end(&self, variant: Variant) -> u32 {
        match (variant, self.green) {
            (Variant::Green, GreenOrder::First) | (Variant::Blue, GreenOrder::Last) => 0,
            (Variant::Green, GreenOrder::Last) | (Variant::Blue, GreenOrder::First) => self.last(),
        }
    }

    fn last(&self) -> u32 {
        self.buckets.saturating_sub(1)
    }

    /// Validates the configuration; None where that added errors.
    pub fn new(
        config: &config::BucketHeader,
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Option<Self> {
        let green = config.green.known(&at.key("green"), errors);
        if !(1..=MOST_BUCKETS).contains(&config.buckets) {
            let reason = format!("{} is not between 1 and {MOST_BUCKETS}", config.buckets);
            errors.add(&at.key("buckets"), reason);
        }
        Some(Self { buckets: config.buckets, green: green? })
    }
}
