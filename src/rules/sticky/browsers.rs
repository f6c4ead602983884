//! What browsers keep as a cookie (RFC 6265bis): anything else is a configuration error.

use std::time::Duration;

use crate::config::strict::Keyword;
use crate::config::{ConfigErrors, IssueCookie, Path, SameSite, is_token};
use crate::request::LONGEST_HOST;

/// Longest time that browsers keep a cookie, in days (RFC 6265bis, section 5.5).
const LONGEST_AGE_IN_DAYS: u64 = 400;

const NEEDS_SECURE: &str = "needs `secure`: browsers drop the cookie without it";

/// Longest value of an attribute, in bytes (RFC 6265bis, section 5.6).
const LONGEST_ATTRIBUTE: usize = 1_024;

/// Longest name and value together, in bytes (RFC 6265bis, section 5.6), less the value.
const LONGEST_NAME: usize = 4_096 - 36;

/// For how long a cookie is kept, None for a session. Adds an error for each thing by which browsers
/// would drop it.
pub fn what_browsers_keep(
    config: &IssueCookie,
    path: &Path,
    errors: &mut ConfigErrors,
) -> Option<Duration> {
    let IssueCookie { name, path: cookie_path, secure, http_only, .. } = config;
    let domain = config.domain.as_deref();
    let (max_age, domain_check) = (parse_max_age(&config.max_age), check_domain(domain));
    let is_none = config.same_site == Keyword::Known(SameSite::None);
    let host_only = has_prefix(name, "__Host-");
    let needs_secure = host_only || has_prefix(name, "__Http-") || has_prefix(name, "__Secure-");
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
    max_age.ok().flatten()
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
    use super::super::IssuedCookie;
    use super::super::no_host::Nothing;
    use super::*;
    use crate::config::Per;

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
