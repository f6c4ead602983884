//! The host that a request is for, brought to one form.

use std::io::Write;
use std::net::Ipv6Addr;

use crate::bytes;

/// Longest name, RFC 1035, section 2.3.4, without the trailing dot.
pub const LONGEST_HOST: usize = 253;

/// Room for a host whose bytes have to change, which few have.
pub type Room = Option<[u8; LONGEST_HOST]>;

/// Brings a request's `:authority` to form: no port, no trailing dot, lower case, IPv6 addresses
/// as RFC 5952 writes them. None if it is too long for any host, no address within brackets, or has
/// something else than digits behind a `:` (RFC 3986, section 3.2).
#[must_use]
#[inline]
pub fn normalize<'a>(authority: &'a [u8], room: &'a mut Room) -> Option<&'a [u8]> {
    if authority.first() == Some(&b'[') {
        return normalize_ipv6(authority, room.insert([0; LONGEST_HOST]));
    }
    let colon = if bytes::none_within(authority, b':'..=b':') {
        None
    } else {
        authority.iter().position(|byte| *byte == b':')
    };
    let host = match colon {
        None => authority,
        Some(colon) => {
            let (host, port) = authority.split_at_checked(colon)?;
            if !is_port(port) {
                return None;
            }
            host
        }
    };
    let host = host.strip_suffix(b".").unwrap_or(host);
    if bytes::none_within(host, b'A'..=b'Z') {
        return (host.len() <= LONGEST_HOST).then_some(host);
    }
    let lower = room.insert([0; LONGEST_HOST]).get_mut(..host.len())?;
    lower.copy_from_slice(host);
    lower.make_ascii_lowercase();
    Some(lower)
}

/// Whether this is a `:` and digits.
#[inline]
fn is_port(text: &[u8]) -> bool {
    matches!(text, [b':', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
}

fn normalize_ipv6<'a>(authority: &[u8], buffer: &'a mut [u8; LONGEST_HOST]) -> Option<&'a [u8]> {
    let text = std::str::from_utf8(authority).ok()?.strip_prefix('[')?;
    let (address, port) = text.split_once(']')?;
    if !port.is_empty() && !is_port(port.as_bytes()) {
        return None;
    }
    let address: Ipv6Addr = address.parse().ok()?;
    let mut space = &mut buffer[..];
    write!(space, "[{address}]").ok()?;
    let left = space.len();
    buffer.get(..LONGEST_HOST.checked_sub(left)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(authority: &[u8]) -> Option<Vec<u8>> {
        normalize(authority, &mut None).map(<[u8]>::to_vec)
    }

    #[test]
    fn port_case_and_trailing_dot_do_not_count() {
        for authority in ["a.example", "A.Example", "a.example:8080", "a.EXAMPLE.:1", "a.example."]
        {
            assert_eq!(normal(authority.as_bytes()).as_deref(), Some(&b"a.example"[..]));
        }
    }

    #[test]
    fn what_is_behind_a_colon_and_no_port_makes_another_host() {
        for authority in [
            "a.example:x@y",
            "a.example:",
            "a.example.:",
            "a.example:80:80",
            "a.example:8o",
            ":",
            "::1",
        ] {
            assert_eq!(normal(authority.as_bytes()), None, "{authority}");
        }
    }

    #[test]
    fn an_ipv6_address_has_one_form() {
        for authority in ["[::1]", "[0:0::1]:8080", "[0000:0:0:0:0:0:0:1]"] {
            assert_eq!(normal(authority.as_bytes()).as_deref(), Some(&b"[::1]"[..]));
        }
        for authority in ["[::1", "[x]", "[::1]8080", "[", "[::1]:", "[::1]:x", "[::1]:80:80"] {
            assert_eq!(normal(authority.as_bytes()), None, "{authority}");
        }
    }

    #[test]
    fn a_host_that_is_too_long_has_no_form() {
        assert_eq!(normal(&[b'a'; LONGEST_HOST]).map(|host| host.len()), Some(LONGEST_HOST));
        assert_eq!(normal(&[b'a'; LONGEST_HOST + 1]), None);
        assert_eq!(normal(&[b'A'; LONGEST_HOST + 1]), None);
    }

    #[test]
    fn bytes_that_are_no_text_pass_through() {
        assert_eq!(normal(b"\xff\xfe:80").as_deref(), Some(&b"\xff\xfe"[..]));
        assert_eq!(normal(b"").as_deref(), Some(&b""[..]));
    }
}
