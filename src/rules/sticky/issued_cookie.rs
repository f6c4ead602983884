//! The cookie that carries an issued id, as RFC 6265 writes it.
//!
//! It is one line; libraries of cookies bring more than a sixteenth of the filter for it.

use std::time::Duration;

use super::birth::{NANOS_PER_MILLI, birth_of_uuid_v7};
use super::browsers::what_browsers_keep;
use super::connection;
use super::id::Id;
use super::key::KeySource;
use crate::config::{ConfigErrors, IssueCookie, Path, Per, SameSite};
use crate::host::{Environment, Host};
use crate::wire::PropertyPath;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

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
        let of_connection =
            self.connection.as_ref().and_then(|path| connection::id(&host.attribute(path)?, host));
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
        let max_age = what_browsers_keep(config, path, errors);
        let (is_timed, per_at) = (is_timed || config.refresh, path.key("per"));
        let connection = match config.per.known(&per_at, errors) {
            Some(Per::Connection) => connection::attribute(is_timed, environment, &per_at, errors),
            _ => None,
        };
        let same_site = config.same_site.known(&path.key("same_site"), errors)?;
        if errors.count() > before {
            return None;
        }
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

#[cfg(test)]
mod tests {
    use super::super::no_host::Nothing;
    use super::*;
    use crate::config::strict::Keyword;

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
}
