//! Which bucket a request is in. FROZEN: a change here moves users to the other side.
//!
//! The bucket of a targeting key is `xxh64(salt ‖ 0x00 ‖ key, seed 0)`, so that whoever has an
//! xxHash can tell where a user is.

use std::hash::Hasher;

use twox_hash::XxHash64;

use crate::config;
use crate::cookie::{self, Id, IssuedCookie};
use crate::fault::{Faults, Path};
use crate::host::Host;
use crate::pairs::Pairs;
use crate::token::{header_name, is_token};

/// One of 2^64 equal shares of all targeting keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bucket(pub u64);

/// Puts targeting keys into buckets. Holds the hash of the salt, which never changes.
#[derive(Clone, Debug)]
pub struct Salt(XxHash64);

impl Salt {
    /// Deployments of one salt put a key into the same bucket.
    #[must_use]
    pub fn new(salt: &str) -> Self {
        let mut hash = XxHash64::with_seed(0);
        hash.write(salt.as_bytes());
        hash.write(&[0]);
        Self(hash)
    }

    /// The bucket of a targeting key.
    #[must_use]
    pub fn bucket(&self, key: &[u8]) -> Bucket {
        let mut hash = self.0.clone();
        hash.write(key);
        Bucket(hash.finish())
    }
}

/// Where the targeting keys of a deployment come from.
#[derive(Clone, Debug)]
pub struct Sticky {
    keys: Box<[Key]>,
    salt: Salt,
    cookie: Option<IssuedCookie>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    Header(Box<str>),
    Cookie(Box<str>),
}

/// The bucket of a request, and what it stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    /// The bucket of the targeting key that the request carries.
    Keyed(Bucket),
    /// The bucket of an id made for this request, to be issued with the response.
    Issued(Bucket, Id),
    /// A random bucket, for this request alone.
    Random(Bucket),
}

impl Draw {
    /// The bucket, whatever it stands on.
    #[must_use]
    pub fn bucket(&self) -> Bucket {
        match *self {
            Self::Keyed(bucket) | Self::Issued(bucket, _) | Self::Random(bucket) => bucket,
        }
    }
}

impl Sticky {
    /// Finds the targeting key of a request, or makes up for a missing one.
    pub fn draw(&self, headers: Pairs<'_>, host: &mut impl Host) -> Draw {
        if let Some(key) = self.keys.iter().find_map(|key| key.find(headers)) {
            return Draw::Keyed(self.salt.bucket(key));
        }
        match (host.random(), &self.cookie) {
            (Some(random), Some(_)) => {
                let id = Id::new(random);
                Draw::Issued(self.salt.bucket(id.as_str().as_bytes()), id)
            }
            #[expect(clippy::cast_possible_truncation, reason = "any 64 of the bits will do")]
            (Some(random), None) => Draw::Random(Bucket(random as u64)),
            // Without chance nobody is chosen: the last bucket is the last to go to green.
            (None, _) => Draw::Random(Bucket(u64::MAX)),
        }
    }

    /// The cookie that issues ids, if the deployment has one.
    #[must_use]
    pub fn cookie(&self) -> Option<&IssuedCookie> {
        self.cookie.as_ref()
    }

    /// Validates the configuration; `name` is the deployment's, the salt if none is given.
    pub fn new(config: &config::Sticky, name: &str, path: &Path, faults: &mut Faults) -> Self {
        let at = path.key("keys");
        let mut keys: Vec<Key> = (config.keys.iter().enumerate())
            .filter_map(|(index, key)| Key::new(key, &at.index(index), faults))
            .collect();
        let cookie = (config.issue_cookie.as_ref())
            .and_then(|cookie| IssuedCookie::new(cookie, &path.key("issue_cookie"), faults));
        if let Some(cookie) = &cookie {
            // What was issued is read back, after all other keys.
            keys.push(Key::Cookie(cookie.name().into()));
        }
        let salt = Salt::new(config.salt.as_deref().unwrap_or(name));
        Self { keys: keys.into(), salt, cookie }
    }
}

impl Key {
    fn new(config: &config::Key, path: &Path, faults: &mut Faults) -> Option<Self> {
        match config {
            config::Key::Header(name) => {
                header_name(name, &path.key("header"), faults).map(Self::Header)
            }
            config::Key::Cookie(name) if is_token(name) => Some(Self::Cookie(name.as_str().into())),
            config::Key::Cookie(name) => {
                faults.add_text(&path.key("cookie"), name, "cannot be the name of a cookie");
                None
            }
        }
    }

    /// The value that the request has here, unless it is empty.
    fn find<'a>(&self, headers: Pairs<'a>) -> Option<&'a [u8]> {
        let value = match self {
            Self::Header(name) => headers.get(name.as_bytes()),
            Self::Cookie(name) => cookie::find(headers, name.as_bytes()),
        };
        value.filter(|value| !value.is_empty())
    }
}
