//! Overrides: whoever may do so sends one request to a variant.
//!
//! Either `green` alone, from whom the configuration allows it, or signed:
//! `green;dep=NAME;exp=UNIX;kid=ID;sig=HEX`, an HMAC-SHA-256 over all before `;sig=`.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::bytes::ByteMap;
use crate::config::{self, Allow, ConfigErrors, NOT_A_NAME, Path, is_name, own_header_name};
use crate::host::{Environment, Host};
use crate::metrics::{Counter, Refusal};
use crate::request::Request;
use crate::tags::Tags;
use crate::variant::Variant;

/// Shortest secret, in bytes.
const SHORTEST_SECRET: usize = 16;
/// Longest value that is looked at, in bytes: with a name of 64 and an id of 64 it has some 250.
const LONGEST: usize = 512;
const DEFAULT_HEADER: &str = "x-bluegreen-override";
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(86_400);

/// Who may override, validated.
#[derive(Clone, Debug)]
pub struct Override {
    header: Box<str>,
    allow: Option<Allow>,
    keys: Box<[SigningKey]>,
    /// Seconds.
    max_age: u64,
    forward: bool,
}

/// A key, ready to sign. Its secret is in no output.
#[derive(Clone, Debug)]
struct SigningKey {
    id: Box<str>,
    mac: Hmac<Sha256>,
}

impl Override {
    /// The variant that an accepted override asks for. One that is not accepted is counted; either is
    /// taken off the request, unless an accepted one is to be forwarded.
    pub fn accept(
        &self,
        request: &Request<'_>,
        deployment: &str,
        host: &mut impl Host,
    ) -> Option<Variant> {
        let wanted = match request.single(&self.header) {
            Ok(value) => self.judge(value?, request, deployment, host),
            Err(_) => Err(Refusal::Repeated),
        };
        if !self.forward || wanted.is_err() {
            host.remove_request_header(&self.header);
        }
        wanted.map_err(|refusal| host.count(Counter::OverrideRefused(refusal))).ok()
    }

    fn judge(
        &self,
        value: &[u8],
        request: &Request<'_>,
        deployment: &str,
        host: &mut impl Host,
    ) -> Result<Variant, Refusal> {
        if let Some(variant) = Variant::parse(value) {
            let is_allowed = match self.allow {
                Some(Allow::Anyone) => true,
                Some(Allow::Internal) => request.is_internal(),
                None => false,
            };
            return if is_allowed { Ok(variant) } else { Err(Refusal::NotAllowed) };
        }
        if value.len() > LONGEST {
            return Err(Refusal::Malformed);
        }
        let signed = Signed::parse(value).ok_or(Refusal::Malformed)?;
        if signed.deployment != deployment {
            return Err(Refusal::WrongDeployment);
        }
        let now = Duration::from_nanos(host.now()).as_secs();
        if signed.expires <= now {
            return Err(Refusal::Expired);
        }
        if signed.expires.saturating_sub(now) > self.max_age {
            return Err(Refusal::TooLong);
        }
        let fits = |key: &&SigningKey| signed.key.is_none_or(|id| *key.id == *id);
        let mut keys = self.keys.iter().filter(fits).peekable();
        if keys.peek().is_none() {
            return Err(Refusal::UnknownKey);
        }
        // The comparison takes the same time wherever the difference is.
        let is_signed = |key: &SigningKey| {
            key.mac.clone().chain_update(signed.message).verify_slice(&signed.signature).is_ok()
        };
        if keys.any(is_signed) { Ok(signed.variant) } else { Err(Refusal::BadSignature) }
    }

    /// Validates the configuration; None where that added errors.
    pub fn new(
        config: &config::Override,
        tags: &Tags,
        environment: &dyn Environment,
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Option<Self> {
        let before = errors.count();
        let header = config.header.as_deref().unwrap_or(DEFAULT_HEADER);
        let header = own_header_name(header, &at.key("header"), errors);
        if header.as_deref().is_some_and(|header| tags.of_header(header.as_bytes()).is_some()) {
            errors.add(
                &at.key("header"),
                "is a tag's name, and the filter removes what clients send there",
            );
        }
        let allow = config.allow.as_ref().and_then(|word| word.known(&at.key("allow"), errors));
        if config.allow.is_none() && config.keys.is_empty() {
            errors.required_keys(at, "at least one of `allow`, `keys`");
        }
        let keys_at = at.key("keys");
        let mut keys: Vec<SigningKey> = Vec::new();
        let mut seen = ByteMap::default();
        for (index, key) in config.keys.iter().enumerate() {
            if errors.is_full() {
                break;
            }
            let at = keys_at.index(index);
            if let Some(earlier) = seen.get(key.id.as_bytes()) {
                errors.duplicate(&at.key("id"), &keys_at.index(*earlier).key("id"));
            }
            seen.insert(key.id.as_bytes(), index);
            keys.extend(SigningKey::new(key, environment, &at, errors));
        }
        let max_age = match &config.max_age {
            None => DEFAULT_MAX_AGE,
            Some(text) => humantime::parse_duration(text)
                .ok()
                .filter(|age| age.as_secs() > 0)
                .unwrap_or_else(|| {
                    let reason = "is not a duration of at least a second such as \"24h\"";
                    errors.invalid(&at.key("max_age"), text, reason);
                    DEFAULT_MAX_AGE
                }),
        };
        if errors.count() > before {
            return None;
        }
        Some(Self {
            header: header?,
            allow,
            keys: keys.into(),
            max_age: max_age.as_secs(),
            forward: config.forward,
        })
    }
}

impl SigningKey {
    fn new(
        config: &config::SigningKey,
        environment: &dyn Environment,
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Option<Self> {
        if !is_name(&config.id) {
            errors.add(&at.key("id"), NOT_A_NAME);
        }
        let (at, secret) = match (&config.secret_env, &config.secret_base64) {
            (Some(variable), None) => {
                let at = at.key("secret_env");
                let Some(secret) = environment.secret(variable) else {
                    errors.add(&at, "not found: the environment has no such variable");
                    return None;
                };
                (at, secret)
            }
            (None, Some(text)) => {
                let at = at.key("secret_base64");
                let Ok(secret) = BASE64_STANDARD.decode(text) else {
                    errors.add(&at, "is not base64 (RFC 4648, section 4)");
                    return None;
                };
                (at, secret)
            }
            _ => {
                errors.required_keys(at, "exactly one of `secret_env`, `secret_base64`");
                return None;
            }
        };
        if secret.len() < SHORTEST_SECRET {
            errors.add(&at, format!("must hold at least {SHORTEST_SECRET} bytes"));
            return None;
        }
        Some(Self { id: config.id.as_str().into(), mac: Hmac::new_from_slice(&secret).ok()? })
    }
}

/// A signed override, read and not yet believed.
#[derive(Debug)]
struct Signed<'a> {
    variant: Variant,
    deployment: &'a str,
    /// Seconds since the epoch of Unix.
    expires: u64,
    key: Option<&'a str>,
    /// What is signed.
    message: &'a [u8],
    signature: [u8; 32],
}

impl<'a> Signed<'a> {
    fn parse(value: &'a [u8]) -> Option<Self> {
        let (message, digits) = std::str::from_utf8(value).ok()?.rsplit_once(";sig=")?;
        let mut signature = [0; 32];
        hex::decode_to_slice(digits, &mut signature).ok()?;
        let mut parts = message.split(';');
        let variant = Variant::parse(parts.next()?.as_bytes())?;
        let (mut deployment, mut expires, mut key) = (None, None, None);
        for part in parts {
            let (name, value) = part.split_once('=')?;
            let slot = match name {
                "dep" => &mut deployment,
                "exp" => &mut expires,
                "kid" => &mut key,
                _ => return None,
            };
            if slot.replace(value).is_some() {
                return None;
            }
        }
        let expires = expires.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some(Self {
            variant,
            deployment: deployment?,
            expires: expires.parse().ok()?,
            key,
            message: message.as_bytes(),
            signature,
        })
    }
}
