//! Which user a request is of, and so which bucket: by a key, by an id that is issued, or by chance.

use std::sync::Arc;

use super::birth::birth;
use super::ignored::Ignored;
use super::issued_cookie::IssuedCookie;
use super::key::KeySource;
use super::pins::Pins;
use crate::config::{self, Born, ConfigErrors, Path};
use crate::host::{Environment, Host};
use crate::request::{Request, ValueNames};
use crate::split::{Bucket, Salt};
use crate::variant::Variant;

/// Where targeting keys come from, validated; shared by all deployments with the same defaults.
#[derive(Clone, Debug)]
pub struct Sticky {
    /// Tried in order.
    keys: Box<[KeySource]>,
    /// Of the cookies and parameters that are keys.
    names: ValueNames,
    /// What is no key.
    ignored: Ignored,
    /// How keys carry the birth of a session, where that counts.
    born: Option<Born>,
    /// Issued where no key is found.
    cookie: Option<IssuedCookie>,
    /// The salt, where one is configured.
    salt: Option<Box<[u8]>>,
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
        let sessions_at = at.key("sessions");
        let born = config.sessions.as_ref().and_then(|sessions| {
            if sessions.born.is_none() {
                errors.required(&sessions_at.key("born"));
            }
            sessions.born.as_ref()?.known(&sessions_at.key("born"), errors)
        });
        let is_timed = config.sessions.is_some();
        let cookie = config.issue_cookie.as_ref().and_then(|cookie| {
            IssuedCookie::new(cookie, is_timed, environment, &at.key("issue_cookie"), errors)
        });
        if let Some(cookie) = &cookie {
            // An issued id is read back, after all other keys.
            keys.push(KeySource::Cookie(cookie.name().into()));
        }
        let mut names = ValueNames::default();
        for key in &keys {
            key.add_name(&mut names);
        }
        let ignored = Ignored::new(&config.ignore, &at.key("ignore"), errors);
        Self {
            keys: keys.into(),
            names,
            ignored,
            born,
            cookie,
            salt: salt(config, environment, at, errors),
        }
    }

    /// What is no targeting key.
    #[must_use]
    pub fn ignored(&self) -> &Ignored {
        &self.ignored
    }

    /// Whether sessions are to keep the weight of their birth.
    #[must_use]
    pub fn has_sessions(&self) -> bool {
        self.born.is_some()
    }
}

/// Shortest salt of the environment, in bytes: a shorter one can be found by trying.
const SHORTEST_SECRET_SALT: usize = 16;

/// The salt that is configured, if one is.
fn salt(
    config: &config::Sticky,
    environment: &dyn Environment,
    at: &Path,
    errors: &mut ConfigErrors,
) -> Option<Box<[u8]>> {
    let Some(variable) = &config.salt_env else {
        return config.salt.as_ref().map(|salt| salt.as_bytes().into());
    };
    let at_variable = at.key("salt_env");
    if config.salt.is_some() {
        errors.add(at, "`salt` and `salt_env` exclude each other");
    }
    let Some(salt) = environment.secret(variable) else {
        errors.add(&at_variable, "not found: the environment has no such variable");
        return None;
    };
    if salt.len() < SHORTEST_SECRET_SALT {
        errors.add(&at_variable, format!("must hold at least {SHORTEST_SECRET_SALT} bytes"));
    }
    Some(salt.into())
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
    /// When the session of the key was born, in nanoseconds since the epoch of Unix, where that
    /// counts and the key carries it.
    pub birth: Option<u64>,
    /// The `set-cookie` that issues an id, or sets one again.
    pub set_cookie: Option<String>,
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
        let salt = Salt::new(sticky.salt.as_deref().unwrap_or(name.as_bytes()));
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
        let mut values = request.values(&self.sticky.names, false);
        let found = self.sticky.keys.iter().find_map(|source| {
            let key = source.find(request, &mut values, &self.sticky.ignored, host)?;
            Some((source, key))
        });
        if let Some((source, key)) = found {
            let place = match self.pins.get(&key) {
                Some(variant) => Place::Pinned(variant),
                None => Place::Bucket(self.salt.bucket(&key)),
            };
            let cookie = self.sticky.cookie.as_ref();
            let set_cookie = cookie.and_then(|cookie| cookie.refresh(source, &key, host));
            let birth = self.sticky.born.and_then(|born| source.birth(born, &key));
            return Assignment { place, source: Some(source), birth, set_cookie };
        }
        match &self.sticky.cookie {
            Some(cookie) => self.issue(cookie, host),
            None => Assignment::without_key(by_chance(host)),
        }
    }

    /// Issues an id, which is the key of this request already.
    #[inline(never)] // So that requests with a key do not pay for it.
    fn issue(&self, cookie: &IssuedCookie, host: &mut impl Host) -> Assignment<'_> {
        let Some(id) = cookie.make_id(host) else {
            return Assignment::without_key(Place::Nowhere);
        };
        let key = id.as_str().as_bytes();
        Assignment {
            birth: self.sticky.born.and_then(|born| birth(born, key)),
            set_cookie: Some(cookie.set(id.as_str())),
            ..Assignment::without_key(Place::Bucket(self.salt.bucket(key)))
        }
    }
}

impl Assignment<'_> {
    fn without_key(place: Place) -> Self {
        Self { place, source: None, birth: None, set_cookie: None }
    }
}

/// A bucket that is drawn for this request alone.
fn by_chance(host: &mut impl Host) -> Place {
    #[expect(clippy::cast_possible_truncation, reason = "any 64 of the bits will do")]
    host.random().map_or(Place::Nowhere, |random| Place::Random(Bucket(random as u64)))
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
