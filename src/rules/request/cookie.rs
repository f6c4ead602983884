//! Cookies: read as browsers send them, issued as RFC 6265 writes them.
//!
//! Reading has to take any bytes, and the one cookie that is written is one line: no library of
//! cookies does the first, and for the second they bring more than a sixteenth of the filter.

use std::time::Duration;

use crate::config::is_token;
use crate::config::strict::Word;
use crate::config::{Faults, Path};
use crate::config::{IssueCookie, SameSite};
use crate::wire::Pairs;

/// Longest time that browsers keep a cookie, in days (RFC 6265bis, section 5.5).
const LONGEST_AGE_IN_DAYS: u64 = 400;

/// Value of the first cookie of this name over all `cookie` headers, without surrounding quotes.
///
/// RFC 6265, section 4.2, but of bytes: values need not be UTF-8, and a piece that is no
/// `name=value` is passed over. That is why no library reads them.
#[must_use]
pub fn find<'a>(headers: Pairs<'a>, name: &[u8]) -> Option<&'a [u8]> {
    headers.all(b"cookie").flat_map(|line| line.split(|byte| *byte == b';')).find_map(|pair| {
        let equals = pair.iter().position(|byte| *byte == b'=')?;
        let (found, value) = pair.split_at_checked(equals)?;
        (trimmed(found) == name).then(|| unquoted(value.get(1..).unwrap_or_default()))
    })
}

/// Without the spaces and tabs around it (RFC 9110, section 5.6.3).
fn trimmed(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

fn unquoted(value: &[u8]) -> &[u8] {
    let value = trimmed(value);
    value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(value)
}

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

    /// Validates the configuration of a cookie; None where that added faults.
    pub fn new(config: &IssueCookie, path: &Path, faults: &mut Faults) -> Option<Self> {
        let before = faults.count();
        let mut refuse = |key: &str, value: &str, reason: &str| {
            faults.add_text(&path.key(key), value, reason);
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
        if config.same_site == Word::Known(SameSite::None) && !config.secure {
            refuse("same_site", "none", "needs `secure`: browsers drop the cookie without it");
        }
        let host_only = config.name.starts_with("__Host-");
        if host_only && config.path != "/" {
            refuse("name", &config.name, "needs the path `/`: browsers drop the cookie else");
        }
        if (host_only || config.name.starts_with("__Secure-")) && !config.secure {
            refuse("name", &config.name, "needs `secure`: browsers drop the cookie without it");
        }
        let same_site = config.same_site.known(&path.key("same_site"), faults)?;
        if faults.count() > before {
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
    use crate::wire::encode;

    fn found(lines: &[&[u8]], name: &str) -> Option<Vec<u8>> {
        let headers = encode(lines.iter().map(|line| (&b"cookie"[..], *line)));
        find(Pairs::new(&headers), name.as_bytes()).map(<[u8]>::to_vec)
    }

    #[test]
    fn cookies_are_read_as_browsers_send_them() {
        for (line, value) in [
            (&b"uid=7"[..], Some(&b"7"[..])),
            (b"a=b; uid=7; c=d", Some(b"7")),
            (b"a=b;uid=7", Some(b"7")),
            (b"  uid = 7 ;", Some(b"7")),
            (b"uid=\"7\"", Some(b"7")),
            (b"uid=\"", Some(b"\"")),
            (b"uid=a=b", Some(b"a=b")),
            (b"uid=\xff\xfe", Some(b"\xff\xfe")),
            (b"uid=", Some(b"")),
            (b"uid=1; uid=2", Some(b"1")),
            (b";;; ;uid=7", Some(b"7")),
            (b"uid", None),
            (b"UID=7", None),
            (b"xuid=7; uidx=7", None),
            (b";", None),
            (b"", None),
        ] {
            assert_eq!(found(&[line], "uid").as_deref(), value, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn the_first_of_several_cookie_headers_counts() {
        assert_eq!(found(&[b"a=1", b"uid=2", b"uid=3"], "uid").as_deref(), Some(&b"2"[..]));
    }

    #[test]
    fn an_id_is_the_number_in_hex() {
        for number in [0, 1, u128::MAX, 0x0123_4567_89ab_cdef_0011_2233_4455_6677] {
            assert_eq!(Id::new(number).as_str(), format!("{number:032x}"));
        }
    }

    #[test]
    fn an_issued_cookie_is_read_by_others_as_it_was_meant() {
        let config = IssueCookie { path: "/v1".into(), ..IssueCookie::default() };
        let issued = IssuedCookie::new(&config, &Path::Root, &mut Faults::default()).unwrap();
        let read = cookie::Cookie::parse(issued.issue(&Id::new(10))).unwrap();
        assert_eq!(read.name_value(), ("bluegreen_id", "0000000000000000000000000000000a"));
        assert_eq!(read.max_age(), Some(cookie::time::Duration::days(30)));
        assert_eq!((read.path(), read.secure()), (Some("/v1"), Some(true)));
        assert_eq!((read.http_only(), read.same_site()), (Some(true), Some(cookie::SameSite::Lax)));
        let config = IssueCookie { secure: false, ..config };
        let issued = IssuedCookie::new(&config, &Path::Root, &mut Faults::default()).unwrap();
        assert_eq!(cookie::Cookie::parse(issued.issue(&Id::new(1))).unwrap().secure(), None);
    }

    #[test]
    fn what_browsers_would_drop_is_refused() {
        let cookie = |name: &str, max_age: &str, path: &str, secure, same_site| IssueCookie {
            name: name.into(),
            max_age: max_age.into(),
            path: path.into(),
            secure,
            same_site: Word::Known(same_site),
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
            let mut faults = Faults::default();
            assert_eq!(IssuedCookie::new(&config, &Path::Root, &mut faults), None);
            assert_eq!(faults.count(), 1, "{config:?}: {faults}");
        }
    }
}
