//! The cookie that carries an issued id, as RFC 6265 writes it.
//!
//! It is one line; libraries of cookies bring more than a sixteenth of the filter for it.

use std::time::Duration;

use crate::config::strict::Keyword;
use crate::config::{ConfigErrors, IssueCookie, Path, SameSite, is_token};

/// Longest time that browsers keep a cookie, in days (RFC 6265bis, section 5.5).
const LONGEST_AGE_IN_DAYS: u64 = 400;

/// A cookie that carries an issued id: all but the id is written at configuration time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedCookie {
    name: Box<str>,
    attributes: Box<str>,
}

impl IssuedCookie {
    /// Name of the cookie.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Value of the `set-cookie` header that issues this id.
    #[must_use]
    pub fn issue(&self, id: &Id) -> String {
        [&self.name, "=", id.as_str(), &self.attributes].concat()
    }

    /// Validates the configuration of a cookie; None where that added errors.
    pub fn new(config: &IssueCookie, path: &Path, errors: &mut ConfigErrors) -> Option<Self> {
        let before = errors.count();
        let mut refuse = |key: &str, value: &str, reason: &str| {
            errors.invalid(&path.key(key), value, reason);
        };
        if !is_token(&config.name) {
            refuse("name", &config.name, "cannot be the name of a cookie");
        }
        let legal = |byte: u8| matches!(byte, b' '..=b'~') && byte != b';';
        if !config.path.starts_with('/') || !config.path.bytes().all(legal) {
            refuse("path", &config.path, "cannot be the path of a cookie");
        }
        let max_age = parse_max_age(&config.max_age)
            .map_err(|reason| refuse("max_age", &config.max_age, reason));
        if config.same_site == Keyword::Known(SameSite::None) && !config.secure {
            refuse("same_site", "none", "needs `secure`: browsers drop the cookie without it");
        }
        let host_only = config.name.starts_with("__Host-");
        if host_only && config.path != "/" {
            refuse("name", &config.name, "needs the path `/`: browsers drop the cookie else");
        }
        if (host_only || config.name.starts_with("__Secure-")) && !config.secure {
            refuse("name", &config.name, "needs `secure`: browsers drop the cookie without it");
        }
        let same_site = config.same_site.known(&path.key("same_site"), errors)?;
        if errors.count() > before {
            return None;
        }
        let same_site = match same_site {
            SameSite::Strict => "Strict",
            SameSite::Lax => "Lax",
            SameSite::None => "None",
        };
        let secure = if config.secure { "; Secure" } else { "" };
        let (path, max_age) = (&config.path, max_age.ok()?.as_secs());
        let attributes =
            format!("; Max-Age={max_age}; Path={path}{secure}; HttpOnly; SameSite={same_site}");
        Some(Self { name: config.name.as_str().into(), attributes: attributes.into() })
    }
}

fn parse_max_age(text: &str) -> Result<Duration, &'static str> {
    let age = humantime::parse_duration(text)
        .map_err(|_| "is not a duration such as \"30d\" or \"12h 30m\"")?;
    let longest = Duration::from_secs(LONGEST_AGE_IN_DAYS.saturating_mul(86_400));
    if age.is_zero() || age.subsec_nanos() != 0 {
        return Err("is not a whole number of seconds, at least one");
    }
    if age > longest {
        return Err("is longer than 400 days, and browsers keep no cookie longer");
    }
    Ok(age)
}

/// A random id of 128 bits, as 32 lower-case hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id([u8; 32]);

impl Id {
    /// Writes 128 random bits as an id.
    #[must_use]
    pub fn new(random: u128) -> Self {
        let mut digits = [b'0'; 32];
        let mut rest = random;
        for digit in digits.iter_mut().rev() {
            let value = (rest & 0xf) as u8;
            *digit = if value < 10 { b'0' | value } else { (b'a' - 10).wrapping_add(value) };
            rest >>= 4;
        }
        Self(digits)
    }

    /// The hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_number_in_hex() {
        for number in [0, 1, u128::MAX, 0x0123_4567_89ab_cdef_0011_2233_4455_6677] {
            assert_eq!(Id::new(number).as_str(), format!("{number:032x}"));
        }
    }

    #[test]
    fn an_issued_cookie_is_read_by_others_as_it_was_meant() {
        let config = IssueCookie { path: "/v1".into(), ..IssueCookie::default() };
        let issued = IssuedCookie::new(&config, &Path::Root, &mut ConfigErrors::default()).unwrap();
        let read = cookie::Cookie::parse(issued.issue(&Id::new(10))).unwrap();
        assert_eq!(read.name_value(), ("bluegreen_id", "0000000000000000000000000000000a"));
        assert_eq!(read.max_age(), Some(cookie::time::Duration::days(30)));
        assert_eq!((read.path(), read.secure()), (Some("/v1"), Some(true)));
        assert_eq!((read.http_only(), read.same_site()), (Some(true), Some(cookie::SameSite::Lax)));
        let config = IssueCookie { secure: false, ..config };
        let issued = IssuedCookie::new(&config, &Path::Root, &mut ConfigErrors::default()).unwrap();
        assert_eq!(cookie::Cookie::parse(issued.issue(&Id::new(1))).unwrap().secure(), None);
    }

    #[test]
    fn what_browsers_would_drop_is_refused() {
        let cookie = |name: &str, max_age: &str, path: &str, secure, same_site| IssueCookie {
            name: name.into(),
            max_age: max_age.into(),
            path: path.into(),
            secure,
            same_site: Keyword::Known(same_site),
        };
        for config in [
            cookie("", "1d", "/", true, SameSite::Lax),
            cookie("a b", "1d", "/", true, SameSite::Lax),
            cookie("a", "soon", "/", true, SameSite::Lax),
            cookie("a", "0s", "/", true, SameSite::Lax),
            cookie("a", "1500ms", "/", true, SameSite::Lax),
            cookie("a", "401d", "/", true, SameSite::Lax),
            cookie("a", "99999999999999y", "/", true, SameSite::Lax),
            cookie("a", "1d", "x", true, SameSite::Lax),
            cookie("a", "1d", "/;x", true, SameSite::Lax),
            cookie("a", "1d", "/", false, SameSite::None),
            cookie("__Host-a", "1d", "/x", true, SameSite::Lax),
            cookie("__Secure-a", "1d", "/", false, SameSite::Lax),
        ] {
            let mut errors = ConfigErrors::default();
            assert_eq!(IssuedCookie::new(&config, &Path::Root, &mut errors), None);
            assert_eq!(errors.count(), 1, "{config:?}: {errors}");
        }
    }
}
