//! Which bucket a targeting key is in. FROZEN: a change here moves users to the other variant.
//!
//! The bucket of a key is `xxh64(salt ‖ 0x00 ‖ key, seed 0)`, so that whoever has an xxHash can
//! tell where a user is.

use std::hash::Hasher;

use twox_hash::XxHash64;

/// One of 2^64 equal shares of all targeting keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bucket(pub u64);

/// Puts targeting keys into buckets. Holds the hash of the salt, which never changes.
#[derive(Clone, Debug)]
pub struct Salt(XxHash64);

impl Salt {
    /// Deployments of one salt put a key into the same bucket.
    #[must_use]
    pub fn new(salt: impl AsRef<[u8]>) -> Self {
        let mut hash = XxHash64::with_seed(0);
        hash.write(salt.as_ref());
        hash.write(&[0]);
        Self(hash)
    }

    /// The bucket of a targeting key.
    #[must_use]
    #[inline]
    pub fn bucket(&self, key: &[u8]) -> Bucket {
        let mut hash = self.0.clone();
        hash.write(key);
        Bucket(hash.finish())
    }
}
