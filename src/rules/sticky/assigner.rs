//! What keeps a user on one side: the targeting key, or an id that is issued for one.

use std::rc::Rc;

use crate::config;
use crate::config::{Faults, Path};
use crate::decision::{Reason, Variant, Wish};
use crate::host::Host;
use crate::request::Request;
use crate::request::{Id, IssuedCookie};
use crate::split::{Bucket, Salt};
use crate::sticky::KeySource;
use crate::sticky::Pins;

/// Where targeting keys come from, validated; shared by all deployments with the same defaults.
#[derive(Clone, Debug)]
pub struct Sticky {
    /// Tried in order.
    pub keys: Box<[KeySource]>,
    /// Issued where no key is found.
    pub cookie: Option<IssuedCookie>,
    /// What was given for a salt.
    pub salt: Option<Box<str>>,
}

impl Sticky {
    /// Validates the configuration. What is at fault is left out.
    pub fn new(config: &config::Sticky, at: &Path, faults: &mut Faults) -> Self {
        let keys_at = at.key("keys");
        let mut keys: Vec<KeySource> = (config.keys.iter().enumerate())
            .filter_map(|(index, key)| KeySource::new(key, &keys_at.index(index), faults))
            .collect();
        let cookie = (config.issue_cookie.as_ref())
            .and_then(|cookie| IssuedCookie::new(cookie, &at.key("issue_cookie"), faults));
        if let Some(cookie) = &cookie {
            // What was issued is read back, after all other keys.
            keys.push(KeySource::Cookie(cookie.name().into()));
        }
        Self { keys: keys.into(), cookie, salt: config.salt.as_deref().map(Into::into) }
    }
}

/// How a deployment draws the buckets of its requests.
#[derive(Clone, Debug)]
pub struct Lot {
    sticky: Rc<Sticky>,
    salt: Salt,
    pins: Pins,
}

/// What a request drew.
#[derive(Clone, Debug)]
pub struct Draw<'a> {
    /// Which side its key or its bucket speaks for.
    pub wish: Wish,
    /// What the key was found in.
    pub source: Option<&'a KeySource>,
    /// The `set-cookie` that issues the id that was made for this request.
    pub issued: Option<String>,
}

impl Lot {
    /// The salt is the deployment's name if none was given.
    #[must_use]
    pub fn new(sticky: Rc<Sticky>, pins: Pins, name: &str) -> Self {
        let salt = Salt::new(sticky.salt.as_deref().unwrap_or(name));
        Self { sticky, salt, pins }
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
    pub fn draw(&self, request: &Request<'_>, host: &mut impl Host) -> Draw<'_> {
        let found = self.sticky.keys.iter().find_map(|source| {
            let key = source.find(request, host)?;
            Some((source, key))
        });
        if let Some((source, key)) = found {
            let wish = match self.pins.get(&key) {
                Some(variant) => Wish::Side(variant, Reason::Pin),
                None => Wish::Bucket(self.salt.bucket(&key), Reason::Weight),
            };
            return Draw { wish, source: Some(source), issued: None };
        }
        let drawn = |bucket, reason, issued| Draw {
            wish: Wish::Bucket(bucket, reason),
            source: None,
            issued,
        };
        match (host.random(), &self.sticky.cookie) {
            (Some(random), Some(cookie)) => {
                let id = Id::new(random);
                let bucket = self.salt.bucket(id.as_str().as_bytes());
                drawn(bucket, Reason::Weight, Some(cookie.issue(&id)))
            }
            #[expect(clippy::cast_possible_truncation, reason = "any 64 of the bits will do")]
            (Some(random), None) => drawn(Bucket(random as u64), Reason::Random, None),
            // Without chance nobody is chosen.
            (None, _) => {
                Draw { wish: Wish::Side(Variant::Blue, Reason::Random), source: None, issued: None }
            }
        }
    }
}
