//! The parts of a text that is known to be JSON, in place: nothing is copied, so that
//! a text of any size takes no more memory than it has.

/// A part of a text.
pub type Part<'a> = &'a [u8];

/// The members of an object, keys as written with their quotes.
pub fn members(object: Part<'_>) -> Vec<(Part<'_>, Part<'_>)> {
    let mut parts = parts(object);
    std::iter::from_fn(|| Some((parts.next()?, parts.next()?))).collect()
}

/// The elements of a list; of an object keys and values in turn.
pub fn parts(whole: Part<'_>) -> impl Iterator<Item = Part<'_>> {
    let mut rest = whole.get(1..).unwrap_or_default();
    std::iter::from_fn(move || {
        let between = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b':');
        let start = rest.iter().position(|byte| !between(byte))?;
        rest = rest.get(start..)?;
        if matches!(rest, [b']' | b'}', ..]) {
            return None;
        }
        let (part, after) = rest.split_at_checked(length(rest))?;
        rest = after;
        Some(part)
    })
}

/// How long the value is that a text starts with.
fn length(text: Part<'_>) -> usize {
    let (mut depth, mut at) = (0_usize, 0_usize);
    while let Some(byte) = text.get(at) {
        match byte {
            b'}' | b']' | b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => return at,
            b'"' => at = at.saturating_add(string_length(text.get(at..).unwrap_or_default())),
            b'{' | b'[' => {
                depth = depth.saturating_add(1);
                at = at.saturating_add(1);
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                at = at.saturating_add(1);
            }
            _ => {
                at = at.saturating_add(1);
                continue;
            }
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

/// How long the string is that a text starts with, with its quotes.
fn string_length(text: Part<'_>) -> usize {
    let mut bytes = text.iter().enumerate().skip(1);
    while let Some((place, byte)) = bytes.next() {
        match byte {
            b'"' => return place.saturating_add(1),
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts<'a>(parts: impl Iterator<Item = Part<'a>>) -> Vec<&'a str> {
        parts.map(|part| std::str::from_utf8(part).unwrap()).collect()
    }

    #[test]
    fn a_list_falls_into_its_elements_and_an_object_into_keys_and_values() {
        for (whole, expected) in [
            (&b"[]"[..], &[][..]),
            (b"[ ]", &[]),
            (b"[1]", &["1"]),
            (
                b"[ -1.5e3 ,\n\"a,]\\\"\" , {\"a\": [1, \"}\"]},[[]],null,true ]",
                &["-1.5e3", "\"a,]\\\"\"", "{\"a\": [1, \"}\"]}", "[[]]", "null", "true"],
            ),
            (b"{\"a\" : 1,\"b:\": [2 , 3]}", &["\"a\"", "1", "\"b:\"", "[2 , 3]"]),
            (b"{\"a\\\\\":\"\\\\\"}", &["\"a\\\\\"", "\"\\\\\""]),
        ] {
            assert_eq!(texts(parts(whole)), expected);
        }
    }
}
