//! The path of a request in the form in which it is compared.

use std::borrow::Cow;

use crate::bytes::find_either;

/// The path of a target, without its query and with its percent-escapes [`decoded`].
#[must_use]
#[inline]
pub fn of_target(target: &[u8]) -> Cow<'_, [u8]> {
    let end = find_either(target, b'?', b'%').unwrap_or(target.len());
    let (path, rest) = target.split_at_checked(end).unwrap_or((target, &[]));
    match rest {
        [b'%', ..] => decoded(target.split(|byte| *byte == b'?').next().unwrap_or_default()),
        _ => Cow::Borrowed(path),
    }
}

/// A path with its percent-escapes decoded, as far as that does not change what its parts are (RFC
/// 3986, section 2.2): `/`, `?`, `#`, `%` and control characters stay escaped, with upper-case
/// digits, so that a path has one form.
#[must_use]
pub fn decoded(path: &[u8]) -> Cow<'_, [u8]> {
    if !path.contains(&b'%') {
        return Cow::Borrowed(path);
    }
    let mut plain = Vec::with_capacity(path.len());
    let mut rest = path;
    while let [byte, after @ ..] = rest {
        rest = after;
        let Some(Escape { value, digits, after }) = Escape::read(*byte, after) else {
            plain.push(*byte);
            continue;
        };
        rest = after;
        if is_kept(value) {
            plain.push(b'%');
            plain.extend(digits.map(|digit| digit.to_ascii_uppercase()));
        } else {
            plain.push(value);
        }
    }
    Cow::Owned(plain)
}

/// An escape, and what follows it.
struct Escape<'a> {
    value: u8,
    digits: [u8; 2],
    after: &'a [u8],
}

impl<'a> Escape<'a> {
    /// None if there is none.
    fn read(first: u8, rest: &'a [u8]) -> Option<Self> {
        let (digits, after) = rest.split_first_chunk::<2>().filter(|_| first == b'%')?;
        let mut value = [0];
        hex::decode_to_slice(digits, &mut value).ok()?;
        Some(Self { value: value[0], digits: *digits, after })
    }
}

fn is_kept(value: u8) -> bool {
    value.is_ascii_control() || matches!(value, b'/' | b'?' | b'#' | b'%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_unless_they_hide_what_divides_a_path() {
        for (target, path) in [
            ("/v1/models/fraud%3Apredict", "/v1/models/fraud:predict"),
            ("/fr%61ud%3bv=1?a%3A", "/fraud;v=1"),
            ("/a%2fb%2F", "/a%2Fb%2F"),
            ("/%3f%23%25%00%1f%7F", "/%3F%23%25%00%1F%7F"),
            ("/%2541", "/%2541"),
            ("/%", "/%"),
            ("/%4", "/%4"),
            ("/%zz%4g", "/%zz%4g"),
            ("/%C3%BC", "/ü"),
            ("/a?%41", "/a"),
            ("/a", "/a"),
            ("", ""),
        ] {
            assert_eq!(&*of_target(target.as_bytes()), path.as_bytes(), "{target}");
        }
    }
}
