//! Cookies, read as browsers send them (RFC 6265, section 4.2).
//!
//! Any bytes have to be read, which no library of cookies does.

use super::search::Named;
use crate::bytes;
use crate::wire::Pairs;

/// Value of the first cookie of this name over all `cookie` headers, without surrounding quotes.
#[must_use]
pub fn find<'a>(headers: Pairs<'a>, name: &[u8]) -> Option<&'a [u8]> {
    all(headers).find(|cookie| cookie.name() == name).map(Cookie::value)
}

/// All cookies over all `cookie` headers, in their order.
///
/// RFC 6265, section 4.2, but of bytes: values need not be UTF-8, and a piece that is no
/// `name=value` is passed over. That is why no library reads them.
pub fn all(headers: Pairs<'_>) -> impl Iterator<Item = Cookie<'_>> + Clone {
    headers.all(b"cookie").flat_map(|line| line.split(|byte| *byte == b';')).filter_map(|pair| {
        let equals = pair.iter().position(|byte| *byte == b'=')?;
        let (name, value) = pair.split_at_checked(equals)?;
        Some(Cookie { name, value })
    })
}

/// One line for all `cookie` headers that lacks the cookies of some names (RFC 9113, section
/// 8.2.3, allows to join several); None if there are none of these names.
#[must_use]
#[inline(never)]
pub fn without(headers: Pairs<'_>, is_dropped: &dyn Fn(&[u8]) -> bool) -> Option<Vec<u8>> {
    if !all(headers).any(|cookie| is_dropped(cookie.name())) {
        return None;
    }
    let mut left = Vec::new();
    for pair in headers.all(b"cookie").flat_map(|line| line.split(|byte| *byte == b';')) {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        let name = trimmed(parts.next().unwrap_or_default());
        if (parts.next().is_some() && is_dropped(name)) || trimmed(pair).is_empty() {
            continue;
        }
        if !left.is_empty() {
            left.extend_from_slice(b"; ");
        }
        left.extend_from_slice(trimmed(pair));
    }
    Some(left)
}

/// A cookie in its header.
#[derive(Clone, Copy, Debug)]
pub struct Cookie<'a> {
    name: &'a [u8],
    /// With its `=`.
    value: &'a [u8],
}

impl<'a> Cookie<'a> {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'a [u8] {
        trimmed(self.name)
    }

    /// Its value, without surrounding quotes.
    #[must_use]
    pub fn value(self) -> &'a [u8] {
        unquoted(self.value.get(1..).unwrap_or_default())
    }
}

impl<'a> Named<'a> for Cookie<'a> {
    fn is_named(self, name: &[u8]) -> bool {
        bytes::equal(self.name(), name)
    }

    fn with_name<R>(self, use_name: impl FnOnce(&[u8]) -> R) -> R {
        use_name(self.name())
    }
}

/// Without the spaces and tabs around it (RFC 9110, section 5.6.3).
#[must_use]
pub fn trimmed(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

fn unquoted(value: &[u8]) -> &[u8] {
    let value = trimmed(value);
    value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(value)
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
    fn what_is_left_without_a_cookie_is_one_line() {
        let left = |lines: &[&[u8]]| {
            let headers = encode(lines.iter().map(|line| (&b"cookie"[..], *line)));
            without(Pairs::new(&headers), &|name| name == b"t")
                .map(|left| String::from_utf8(left).unwrap())
        };
        for (lines, expected) in [
            (&[&b"a=1; t=x;  b=\"2\""[..], b"flag; t =y;c="][..], Some("a=1; b=\"2\"; flag; c=")),
            (&[b"t=x"], Some("")),
            (&[b";t=x ; ;"], Some("")),
            (&[b"t; tt=1; a=t=1"], None),
            (&[], None),
        ] {
            assert_eq!(left(lines).as_deref(), expected);
        }
    }
}
