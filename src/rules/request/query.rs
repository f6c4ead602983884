//! Parameters of a query, `application/x-www-form-urlencoded`.
//!
//! Names are compared as they come, and only what is found is decoded: most names have nothing to
//! decode, and a query may have thousands of them.

use std::borrow::Cow;

use super::search::Named;
use crate::bytes;

/// The first value of a parameter.
#[must_use]
pub fn find<'a>(query: &'a [u8], name: &[u8]) -> Option<Cow<'a, [u8]>> {
    all(query).find(|parameter| parameter.is_named(name)).map(Parameter::value)
}

/// All parameters, in their order.
pub fn all(query: &[u8]) -> impl Iterator<Item = Parameter<'_>> + Clone {
    let pairs = query.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| {
        let equals = pair.iter().position(|byte| *byte == b'=');
        Parameter { pair, name: equals.and_then(|equals| pair.get(..equals)).unwrap_or(pair) }
    })
}

/// A parameter in its query.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<'a> {
    pair: &'a [u8],
    /// The start of the pair.
    name: &'a [u8],
}

impl<'a> Parameter<'a> {
    /// Its name.
    #[must_use]
    pub fn name(self) -> Cow<'a, [u8]> {
        if is_plain(self.name) { Cow::Borrowed(self.name) } else { self.decoded().0 }
    }

    /// Whether it has this name.
    #[must_use]
    pub fn is_named(self, name: &[u8]) -> bool {
        bytes::equal(&self.name(), name)
    }

    /// Its value, empty where it has none. What is no UTF-8 is replaced (U+FFFD).
    #[must_use]
    pub fn value(self) -> Cow<'a, [u8]> {
        self.decoded().1
    }

    fn decoded(self) -> (Cow<'a, [u8]>, Cow<'a, [u8]>) {
        let (name, value) = form_urlencoded::parse(self.pair).next().unwrap_or_default();
        (as_bytes(name), as_bytes(value))
    }
}

impl<'a> Named<'a> for Parameter<'a> {
    fn is_named(self, name: &[u8]) -> bool {
        Parameter::is_named(self, name)
    }

    fn with_name<R>(self, use_name: impl FnOnce(&[u8]) -> R) -> R {
        use_name(&self.name())
    }
}

/// Whether a text means what it is.
fn is_plain(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii() && !matches!(byte, b'%' | b'+'))
}

fn as_bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_parameter_of_a_name_is_decoded() {
        for (query, value) in [
            ("user=7", Some("7")),
            ("a=b&user=7&user=8", Some("7")),
            ("%75ser=a%20b+c", Some("a b c")),
            ("user=%zz%4", Some("%zz%4")),
            ("user=a=b", Some("a=b")),
            ("user", Some("")),
            ("&&user=", Some("")),
            ("us+er=7", None),
            ("User=7", None),
            ("", None),
        ] {
            let found = find(query.as_bytes(), b"user");
            assert_eq!(found.as_deref(), value.map(str::as_bytes), "{query}");
        }
        assert_eq!(find("us%20er=1".as_bytes(), b"us er").as_deref(), Some(&b"1"[..]));
        assert_eq!(find("f%C3%BCr=1".as_bytes(), "für".as_bytes()).as_deref(), Some(&b"1"[..]));
        assert_eq!(find("für=1".as_bytes(), "für".as_bytes()).as_deref(), Some(&b"1"[..]));
    }
}
