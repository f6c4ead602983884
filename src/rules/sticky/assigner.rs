//! Which user a request is of, and so which bucket: by a key, by an id that is issued, or by chance.

use std::sync::Arc;

use super::issued_cookie::{Id, IssuedCookie};
use super::key::KeySource;
use super::pins::Pins;
use crate::config::{self, ConfigErrors, Path};
use crate::host::{Environment, Host};
use crate::request::Request;
use crate::split::{Bucket, Salt};
use crate::variant::Variant;

/// Where targeting keys come from, validated; shared by all deployments with the same defaults.
#[derive(Clone, Debug)]
pub struct Sticky {
    /// Tried in order.
    keys: Box<[KeySource]>,
    /// Issued where no key is found.
    cookie: Option<IssuedCookie>,
    /// The salt, where one is configured.
    salt: Option<Box<str>>,
}

impl Sticky {
    /// Validates the configuration. What is wrong is left out.
    pub fn new(
        config: &config::Sticky,
        environment: &dyn Environment,
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Self {
        let keys_at = at.key("keys");
        let mut keys: Vec<KeySource> = (config.keys.iter().enumerate())
            .filter_map(|(index, key)| {
                KeySource::new(key, environment, &keys_at.index(index), errors)
            })
            .collect();
        let cookie = (config.issue_cookie.as_ref())
            .and_then(|cookie| IssuedCookie::new(cookie, &at.key("issue_cookie"), errors));
        if let Some(cookie) = &cookie {
            // An issued id is read back, after all other keys.
            keys.push(KeySource::Cookie(cookie.name().into()));
        }
        Self { keys: keys.into(), cookie, salt: config.salt.as_deref().map(Into::into) }
    }
}

/// Assigns the requests of a deployment to buckets.
#[derive(Clone, Debug)]
pub struct Assigner {
    sticky: Arc<Sticky>,
    salt: Salt,
    pins: Pins,
}

/// What a request was assigned to, and why.
#[derive(Clone, Debug)]
pub struct Assignment<'a> {
    /// What it was assigned to.
    pub place: Place,
    /// Where the targeting key was found.
    pub source: Option<&'a KeySource>,
    /// The `set-cookie` that issues the id that was made for this request.
    pub issued: Option<String>,
}

/// What a request can be assigned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The variant that its targeting key is pinned to.
    Pinned(Variant),
    /// The bucket of its targeting key.
    Bucket(Bucket),
    /// A bucket by chance, for this request alone.
    Random(Bucket),
    /// No bucket: there is no key, and the host has no randomness.
    Nowhere,
}

impl Assigner {
    /// The salt is the deployment's name unless one is configured.
    #[must_use]
    pub fn new(sticky: Arc<Sticky>, pins: Pins, name: &str) -> Self {
        let salt = Salt::new(sticky.salt.as_deref().unwrap_or(name));
        Self { sticky, salt, pins }
    }

    /// Whether a request can have a targeting key at all.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        !self.sticky.keys.is_empty()
    }

    /// The first header that may hold the targeting key.
    #[must_use]
    pub fn key_header(&self) -> Option<&str> {
        self.sticky.keys.iter().find_map(|source| match source {
            KeySource::Header(name) => Some(&**name),
            _ => None,
        })
    }

    /// Finds the targeting key of a request, or makes up for a missing one.
    pub fn assign(&self, request: &Request<'_>, host: &mut impl Host) -> Assignment<'_> {
        let found = self.sticky.keys.iter().find_map(|source| {
            let key = source.find(request, host)?;
            Some((source, key))
        });
        if let Some((source, key)) = found {
            let place = match self.pins.get(&key) {
                Some(variant) => Place::Pinned(variant),
                None => Place::Bucket(self.salt.bucket(&key)),
            };
            return Assignment { place, source: Some(source), issued: None };
        }
        let (place, issued) = match (host.random(), &self.sticky.cookie) {
            (Some(random), Some(cookie)) => {
                let id = Id::new(random);
                let bucket = self.salt.bucket(id.as_str().as_bytes());
                (Place::Bucket(bucket), Some(cookie.issue(&id)))
            }
            #[expect(clippy::cast_possible_truncation, reason = "any 64 of the bits will do")]
            (Some(random), None) => (Place::Random(Bucket(random as u64)), None),
            (None, _) => (Place::Nowhere, None),
        };
        Assignment { place, source: None, issued }
    }
}

impl Place {
    /// The bucket, where there is one.
    #[must_use]
    pub fn bucket(self) -> Option<Bucket> {
        match self {
            Self::Bucket(bucket) | Self::Random(bucket) => Some(bucket),
            Self::Pinned(_) | Self::Nowhere => None,
        }
    }
}
