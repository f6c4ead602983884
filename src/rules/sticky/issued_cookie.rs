//! The cookie that carries an issued id, as RFC 6265 writes it.
//!
//! It is one line; libraries of cookies bring more than a sixteenth of the filter for it.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::birth::{NANOS_PER_MILLI, birth_of_uuid_v7};
use super::id::Id;
use super::key::KeySource;
use crate::config::strict::Keyword;
use crate::config::{ConfigErrors, IssueCookie, Path, Per, SameSite, is_token};
use crate::host::{Environment, Host};
use crate::request::LONGEST_HOST;
use crate::wire::PropertyPath;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// Longest time that browsers keep a cookie, in days (RFC 6265bis, section 5.5).
const LONGEST_AGE_IN_DAYS: u64 = 400;

const NEEDS_SECURE: &str = "needs `secure`: browsers drop the cookie without it";

/// Longest value of an attribute, in bytes (RFC 6265bis, section 5.6).
const LONGEST_ATTRIBUTE: usize = 1_024;

/// Longest name and value together, in bytes (RFC 6265bis, section 5.6), less the value.
const LONGEST_NAME: usize = 4_096 - 36;

/// A cookie that carries an issued id: all but the id is written at configuration time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedCookie {
    name: Box<str>,
    attributes: Box<str>,
    /// Where the number of a client's connection is, if all its requests get one id.
    connection: Option<PropertyPath>,
    /// Whether its ids carry the time at which they were issued.
    is_timed: bool,
    /// The age from which on it is set again, in nanoseconds.
    refresh_after: Option<u64>,
}

impl IssuedCookie {
    /// Name of the cookie.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// An id for a request without one; None if the host has no randomness.
    pub fn make_id(&self, host: &mut impl Host) -> Option<Id> {
        let of_connection = self
            .connection
            .as_ref()
            .and_then(|path| id_of_connection(&host.attribute(path)?, host));
        if of_connection.is_some() {
            return of_connection;
        }
        let random = host.random()?;
        Some(if self.is_timed {
            Id::uuid_v7(host.now() / NANOS_PER_MILLI, random)
        } else {
            Id::new(random)
        })
    }

    /// Value of the `set-cookie` header that sets this id.
    #[must_use]
    pub fn set(&self, id: &str) -> String {
        [&self.name, "=", id, &self.attributes].concat()
    }

    /// The `set-cookie` that sets a key again that was found in this cookie, if half of its time has
    /// passed. A key that carries no time was issued before this was configured; it runs out.
    pub fn refresh(&self, source: &KeySource, id: &[u8], host: &mut impl Host) -> Option<String> {
        let after = self.refresh_after.filter(|_| source.is_cookie(&self.name))?;
        let issued = birth_of_uuid_v7(id)?.saturating_mul(NANOS_PER_MILLI);
        let age = host.now().checked_sub(issued)?;
        if age < after {
            return None;
        }
        std::str::from_utf8(id).ok().map(|id| self.set(id))
    }

    /// Validates the configuration of a cookie; None where that added errors. `is_timed` tells
    /// whether its ids have to carry a time in any case.
    pub fn new(
        config: &IssueCookie,
        is_timed: bool,
        environment: &dyn Environment,
        path: &Path,
        errors: &mut ConfigErrors,
    ) -> Option<Self> {
        let before = errors.count();
        let IssueCookie { name, path: cookie_path, secure, http_only, .. } = config;
        let domain = config.domain.as_deref();
        let (max_age, domain_check) = (parse_max_age(&config.max_age), check_domain(domain));
        let is_none = config.same_site == Keyword::Known(SameSite::None);
        let host_only = has_prefix(name, "__Host-");
        let needs_secure =
            host_only || has_prefix(name, "__Http-") || has_prefix(name, "__Secure-");
        let needs_http_only = has_prefix(name, "__Http-") || has_prefix(name, "__Host-Http-");
        let is_refused = [
            (!is_token(name), "name", &**name, "cannot be the name of a cookie"),
            (
                name.len() > LONGEST_NAME,
                "name",
                name,
                "is longer than 4060 bytes, and browsers drop it",
            ),
            (
                host_only && cookie_path != "/",
                "name",
                name,
                "needs the path `/`: browsers drop the cookie else",
            ),
            (
                host_only && domain.is_some(),
                "name",
                name,
                "cannot have a `domain`: browsers drop the cookie",
            ),
            (needs_secure && !secure, "name", name, NEEDS_SECURE),
            (
                needs_http_only && !http_only,
                "name",
                name,
                "needs `http_only`: browsers drop the cookie without it",
            ),
            (!is_cookie_path(cookie_path), "path", cookie_path, "cannot be the path of a cookie"),
            (
                cookie_path.len() > LONGEST_ATTRIBUTE,
                "path",
                cookie_path,
                "is longer than 1024 bytes, and browsers pass over it",
            ),
            (
                domain_check.is_err(),
                "domain",
                domain.unwrap_or_default(),
                domain_check.err().unwrap_or_default(),
            ),
            (max_age.is_err(), "max_age", &config.max_age, max_age.err().unwrap_or_default()),
            (
                config.refresh && max_age == Ok(None),
                "max_age",
                &config.max_age,
                "has no half after which `refresh` sets it again",
            ),
            (is_none && !secure, "same_site", "none", NEEDS_SECURE),
            (config.partitioned && !secure, "partitioned", "true", NEEDS_SECURE),
        ];
        for (is_refused, key, value, reason) in is_refused {
            if is_refused {
                errors.invalid(&path.key(key), value, reason);
            }
        }
        let (is_timed, per_at) = (is_timed || config.refresh, path.key("per"));
        let connection = match config.per.known(&per_at, errors) {
            Some(Per::Connection) => connection_attribute(is_timed, environment, &per_at, errors),
            _ => None,
        };
        let same_site = config.same_site.known(&path.key("same_site"), errors)?;
        if errors.count() > before {
            return None;
        }
        let max_age = max_age.ok()?;
        Some(Self {
            name: config.name.as_str().into(),
            attributes: attributes(config, max_age, same_site).into(),
            connection,
            is_timed,
            refresh_after: max_age
                .filter(|_| config.refresh)
                .map(|age| age.as_secs().saturating_mul(NANOS_PER_SECOND / 2)),
        })
    }
}

/// Where the number of a client's connection is; None, and an error, where that is no use.
fn connection_attribute(
    is_timed: bool,
    environment: &dyn Environment,
    at: &Path,
    errors: &mut ConfigErrors,
) -> Option<PropertyPath> {
    if is_timed {
        let reason = "\"connection\" cannot be used with `refresh` or `sessions`: \
            nothing tells when a connection began";
        errors.add(at, reason);
    }
    let path = environment.attribute(&["connection", "id"]);
    if path.is_none() {
        errors.add(at, "unsupported: this host has no number of a connection");
    }
    path
}

/// The id of all requests of a connection. Numbers of connections are easy to foresee, so they are
/// hashed with a key that nobody learns. SHA-256 of key and number will do: the key has one length,
/// no client chooses the number, and half of the hash is not shown.
fn id_of_connection(number: &[u8], host: &mut impl Host) -> Option<Id> {
    let key = host.lasting_random()?.to_be_bytes();
    let hash = Sha256::digest([&key, number].concat());
    hash.first_chunk().map(|bits| Id::new(u128::from_be_bytes(*bits)))
}

fn attributes(config: &IssueCookie, max_age: Option<Duration>, same_site: SameSite) -> String {
    let seconds = max_age.map(|age| age.as_secs().to_string());
    let when = |is_there: bool, text: &'static str| if is_there { text } else { "" };
    [
        when(seconds.is_some(), "; Max-Age="),
        seconds.as_deref().unwrap_or_default(),
        "; Path=",
        &config.path,
        when(config.domain.is_some(), "; Domain="),
        config.domain.as_deref().unwrap_or_default().trim_start_matches('.'),
        when(config.secure, "; Secure"),
        when(config.http_only, "; HttpOnly"),
        match same_site {
            SameSite::Strict => "; SameSite=Strict",
            SameSite::Lax => "; SameSite=Lax",
            SameSite::None => "; SameSite=None",
        },
        when(config.partitioned, "; Partitioned"),
    ]
    .concat()
}

/// Whether a name starts so: browsers compare these prefixes without regard to case (RFC 6265bis,
/// section 5.4).
#[inline(never)]
fn has_prefix(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|name| name.eq_ignore_ascii_case(prefix))
}

fn is_cookie_path(path: &str) -> bool {
    let legal = |byte: u8| matches!(byte, b' '..=b'~') && byte != b';';
    path.starts_with('/') && path.bytes().all(legal)
}

/// What browsers take for `Domain`: a host name of two labels or more, since they take no cookie
/// for a whole top-level domain, and none for an address. They pass over a dot at the front.
fn check_domain(text: Option<&str>) -> Result<(), &'static str> {
    let Some(text) = text else { return Ok(()) };
    let name = text.strip_prefix('.').unwrap_or(text);
    if !name.is_ascii() {
        return Err("cannot be the domain of a cookie: write international names in Punycode");
    }
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(legal);
    if name.len() > LONGEST_HOST || !name.split('.').all(is_label) {
        return Err("cannot be the domain of a cookie: it is no host name");
    }
    match name.rsplit_once('.') {
        None => Err("has no dot: browsers take no cookie for a whole top-level domain"),
        Some((_, last)) if last.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err("is an address: browsers take none as a domain")
        }
        Some(_) => Ok(()),
    }
}

/// None for a session cookie.
fn parse_max_age(text: &str) -> Result<Option<Duration>, &'static str> {
    if text == "session" {
        return Ok(None);
    }
    let age = humantime::parse_duration(text)
        .map_err(|_| "is not `session`, or a duration such as \"30d\" or \"12h 30m\"")?;
    let longest = Duration::from_secs(LONGEST_AGE_IN_DAYS.saturating_mul(86_400));
    if age.is_zero() || age.subsec_nanos() != 0 {
        return Err("is not a whole number of seconds, at least one");
    }
    if age > longest {
        return Err("is longer than 400 days, and browsers keep no cookie longer");
    }
    Ok(Some(age))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::MetadataSource;

    /// A host that can read nothing.
    struct Nothing;

    impl Environment for Nothing {
        fn secret(&self, _variable: &str) -> Option<Vec<u8>> {
            None
        }

        fn metadata(&self, _source: MetadataSource, _path: &[&str]) -> Option<PropertyPath> {
            None
        }

        fn attribute(&self, _path: &[&str]) -> Option<PropertyPath> {
            None
        }
    }

    fn made(config: &IssueCookie) -> Option<IssuedCookie> {
        IssuedCookie::new(config, false, &Nothing, &Path::Root, &mut ConfigErrors::default())
    }

    #[test]
    fn an_issued_cookie_is_read_by_others_as_it_was_meant() {
        let config = IssueCookie { path: "/v1".into(), ..IssueCookie::default() };
        let issued = made(&config).unwrap().set(Id::new(10).as_str());
        let read = cookie::Cookie::parse(issued).unwrap();
        assert_eq!(read.name_value(), ("bluegreen_id", "0000000000000000000000000000000a"));
        assert_eq!(read.max_age(), Some(cookie::time::Duration::days(30)));
        assert_eq!((read.path(), read.secure()), (Some("/v1"), Some(true)));
        assert_eq!((read.http_only(), read.same_site()), (Some(true), Some(cookie::SameSite::Lax)));
        assert_eq!((read.domain(), read.partitioned()), (None, None));
        let config = IssueCookie { secure: false, http_only: false, ..config };
        let read = cookie::Cookie::parse(made(&config).unwrap().set("1")).unwrap();
        assert_eq!((read.secure(), read.http_only()), (None, None));
    }

    #[test]
    fn a_cookie_for_a_domain_for_frames_or_for_a_session_says_so() {
        let config = IssueCookie {
            domain: Some(".Example.com".into()),
            max_age: "session".into(),
            partitioned: true,
            same_site: Keyword::Known(SameSite::None),
            ..IssueCookie::default()
        };
        let read = cookie::Cookie::parse(made(&config).unwrap().set("1")).unwrap();
        assert_eq!((read.domain(), read.max_age()), (Some("Example.com"), None));
        assert_eq!(read.partitioned(), Some(true));
        assert_eq!(read.same_site(), Some(cookie::SameSite::None));
    }

    /// How each error of this cookie begins; the rest is as in the default.
    fn errors(config: &IssueCookie) -> Vec<String> {
        let mut errors = ConfigErrors::default();
        let issued = IssuedCookie::new(config, false, &Nothing, &Path::Root, &mut errors);
        assert_eq!(issued.is_none(), errors.count() > 0);
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_browsers_would_drop_is_refused() {
        let default = IssueCookie::default;
        let name = |name: &str| IssueCookie { name: name.into(), ..default() };
        let max_age = |max_age: &str| IssueCookie { max_age: max_age.into(), ..default() };
        let path = |path: &str| IssueCookie { path: path.into(), ..default() };
        let domain = |domain: &str| IssueCookie { domain: Some(domain.into()), ..default() };
        let none = Keyword::Known(SameSite::None);
        for (config, expected) in [
            (name(""), "name: \"\" cannot be"),
            (name("a b"), "name: \"a b\" cannot be"),
            (name(&"a".repeat(4_061)), "name: \"aaa"),
            (max_age("soon"), "max_age: \"soon\" is not"),
            (max_age("0s"), "max_age: \"0s\" is not"),
            (max_age("1500ms"), "max_age: \"1500ms\" is not"),
            (max_age("401d"), "max_age: \"401d\" is longer"),
            (max_age("99999999999999y"), "max_age: \"99999999999999y\" is not"),
            (
                IssueCookie { refresh: true, ..max_age("session") },
                "max_age: \"session\" has no half",
            ),
            (path("x"), "path: \"x\" cannot be"),
            (path("/;x"), "path: \"/;x\" cannot be"),
            (path(&format!("/{}", "a".repeat(1_024))), "path: \"/aaa"),
            (domain("com"), "domain: \"com\" has no dot"),
            (domain("10.0.0.1"), "domain: \"10.0.0.1\" is an address"),
            (domain("b\u{fc}cher.de"), "domain: \"b\u{fc}cher.de\" cannot be"),
            (domain("a.b;x"), "domain: \"a.b;x\" cannot be"),
            (
                IssueCookie { same_site: none, secure: false, ..default() },
                "same_site: \"none\" needs",
            ),
            (
                IssueCookie { partitioned: true, secure: false, ..default() },
                "partitioned: \"true\" needs",
            ),
            (
                IssueCookie { per: Keyword::Known(Per::Connection), ..default() },
                "per: unsupported: this host has no",
            ),
            (IssueCookie { path: "/x".into(), ..name("__Host-a") }, "name: \"__Host-a\" needs"),
            (IssueCookie { name: "__host-a".into(), ..domain("a.b") }, "name: \"__host-a\" cannot"),
            (IssueCookie { secure: false, ..name("__SECURE-a") }, "name: \"__SECURE-a\" needs"),
            (IssueCookie { http_only: false, ..name("__Http-a") }, "name: \"__Http-a\" needs"),
            (IssueCookie { http_only: false, ..name("__Host-Http-a") }, "name: \"__Host-Http-a\""),
        ] {
            let found = errors(&config);
            let is_right = found.len() == 1 && found[0].starts_with(expected);
            assert!(is_right, "{config:?}: {found:?}");
        }
        for config in [default(), domain(".example.com"), name("__Host-a"), name("__Http-a")] {
            assert_eq!(errors(&config), [""; 0]);
        }
    }
}
