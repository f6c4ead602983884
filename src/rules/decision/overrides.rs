//! Overrides: whoever may do so sends one request to a variant.
//!
//! Either `green` alone, from whom the configuration allows it, or signed:
//! `green;dep=NAME;exp=UNIX;kid=ID;sig=HEX`, an HMAC-SHA-256 over all before `;sig=`.

use std::borrow::Cow;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::percent_decode;
use sha2::Sha256;

use super::token::Token;
use crate::bytes::{self, ByteMap};
use crate::config::{
    self, Allow, ConfigErrors, NOT_A_NAME, Path, cookie_name, is_name, own_header_name,
};
use crate::host::{Environment, Host};
use crate::metrics::{Counter, Refusal};
use crate::request::{Carrier, Cookie, Request, all_cookies};
use crate::tags::Tags;
use crate::variant::Variant;
use crate::wire::Repeated;

/// Shortest secret, in bytes.
const SHORTEST_SECRET: usize = 16;
const DEFAULT_HEADER: &str = "x-bluegreen-override";
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(86_400);

/// Who may override, validated.
#[derive(Clone, Debug)]
pub struct Override {
    header: Box<str>,
    cookie: Option<Box<str>>,
    allow: Option<Allow>,
    keys: Box<[SigningKey]>,
    /// Seconds.
    max_age: u64,
    forward: bool,
}

/// An override that is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted<'a> {
    /// The variant that it wants.
    pub variant: Variant,
    /// What brought it, if that is to be sent on.
    pub forwarded: Option<Carrier<'a>>,
}

/// A key, ready to sign. Its secret is in no output.
#[derive(Clone, Debug)]
struct SigningKey {
    id: Box<str>,
    mac: Hmac<Sha256>,
}

impl Override {
    /// The variant that an accepted override wants, and what brought it. One that is not accepted
    /// is counted. The cookie counts only without the header.
    pub fn accept(
        &self,
        request: &Request<'_>,
        deployment: &str,
        host: &mut impl Host,
    ) -> Option<Accepted<'_>> {
        let by_header = if request.has_override { request.single(&self.header) } else { Ok(None) };
        let (value, carrier) = match (by_header, &self.cookie) {
            (Ok(None), None) => return None,
            (Ok(None), Some(name)) => {
                let value = single_cookie(request, name);
                (value.map(|value| value.map(percent_decode).map(Cow::from)), Carrier::Cookie(name))
            }
            (value, _) => {
                (value.map(|value| value.map(Cow::Borrowed)), Carrier::Header(&self.header))
            }
        };
        let judged = match value {
            Ok(value) => self.judge(&value?, request, deployment, host),
            Err(Repeated) => Err(Refusal::Repeated),
        };
        match judged {
            Ok(variant) => Some(Accepted { variant, forwarded: self.forward.then_some(carrier) }),
            Err(refusal) => {
                host.count(Counter::OverrideRefused(refusal));
                None
            }
        }
    }

    /// What may bring one.
    pub fn carriers(&self) -> impl Iterator<Item = Carrier<'_>> {
        let cookie = self.cookie.as_deref().map(Carrier::Cookie);
        [Carrier::Header(&self.header)].into_iter().chain(cookie)
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
        let token = Token::parse(value).ok_or(Refusal::Malformed)?;
        let now = Duration::from_nanos(host.now()).as_secs();
        token.check(deployment, now, self.max_age)?;
        let fits = |key: &&SigningKey| token.key.is_none_or(|id| *key.id == *id);
        let mut keys = self.keys.iter().filter(fits).peekable();
        if keys.peek().is_none() {
            return Err(Refusal::UnknownKey);
        }
        // The comparison takes the same time wherever the difference is.
        let is_signed = |key: &SigningKey| {
            key.mac.clone().chain_update(token.message).verify_slice(&token.signature).is_ok()
        };
        if keys.any(is_signed) { Ok(token.variant) } else { Err(Refusal::BadSignature) }
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
        let cookie = (config.cookie.as_deref())
            .and_then(|name| cookie_name(name, &at.key("cookie"), errors));
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
            cookie,
            allow,
            keys: keys.into(),
            max_age: max_age.as_secs(),
            forward: config.forward,
        })
    }
}

/// The value of a cookie that came once.
fn single_cookie<'a>(request: &Request<'a>, name: &str) -> Result<Option<&'a [u8]>, Repeated> {
    let cookies = all_cookies(request.headers);
    let mut named = cookies.filter(|cookie| bytes::equal(cookie.name(), name.as_bytes()));
    let first = named.next();
    if named.next().is_some() { Err(Repeated) } else { Ok(first.map(Cookie::value)) }
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
