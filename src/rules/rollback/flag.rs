//! The values of a rollback flag.

use crate::config::is_name;
use crate::decimal::Decimal;
use crate::wire::Pairs;
use crate::wire::Value;

/// What a flag says.
#[derive(Clone, Copy, Debug)]
pub enum Flag<'a> {
    /// Nobody is rolled back.
    Off,
    /// All deployments are rolled back.
    On,
    /// The named deployments are rolled back.
    Deployments(Flagged<'a>),
    /// Not to be understood.
    Unreadable,
}

/// The deployments that a flag names.
#[derive(Clone, Copy, Debug)]
pub struct Flagged<'a> {
    text: &'a str,
    list: Pairs<'a>,
}

impl<'a> Flagged<'a> {
    /// The names, in the order written.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let texts = self.text.split(',').map(str::trim).filter(|name| !name.is_empty());
        texts.chain(self.list.iter().filter_map(|(name, _)| std::str::from_utf8(name).ok()))
    }
}

impl<'a> Flag<'a> {
    /// Reads the bytes of a metadata value. A text that reads as a number is one, unless a
    /// deployment is called so: Envoy's YAML loader hands on fractions and large integers as
    /// texts.
    #[must_use]
    pub fn read(value: &'a [u8], is_deployment: impl Fn(&str) -> bool) -> Self {
        match Value::read(value) {
            Value::Bool(flag) => Self::from_bool(flag),
            Value::Number(bits) => Self::from_bool(f64::from_bits(bits) != 0.0),
            Value::Text(text) => Self::read_text(text.trim(), is_deployment),
            Value::Pairs(list) => Self::read_list(list),
            Value::Bytes(_) => Self::Unreadable,
        }
    }

    fn read_text(text: &'a str, is_deployment: impl Fn(&str) -> bool) -> Self {
        let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        if is(&["", "false", "no", "off", "0"]) {
            return Self::Off;
        }
        if is(&["true", "yes", "on", "1"]) {
            return Self::On;
        }
        if !is_deployment(text)
            && let Some(number) = Decimal::parse(text)
        {
            return Self::from_bool(!number.is_zero());
        }
        let mut names = text.split(',').map(str::trim);
        if names.all(|name| name.is_empty() || is_name(name)) {
            return Self::Deployments(Flagged { text, list: Pairs::default() });
        }
        Self::Unreadable
    }

    /// A list has its elements as names without values; a struct has values.
    fn read_list(list: Pairs<'a>) -> Self {
        let is_listed = |(name, value): (&[u8], &[u8])| {
            value.is_empty() && std::str::from_utf8(name).is_ok_and(is_name)
        };
        if list.is_empty() {
            Self::Off
        } else if list.iter().all(is_listed) {
            Self::Deployments(Flagged { text: "", list })
        } else {
            Self::Unreadable
        }
    }

    fn from_bool(flag: bool) -> Self {
        if flag { Self::On } else { Self::Off }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(value: &[u8]) -> Option<Vec<&str>> {
        match Flag::read(value, |text| text == "2024.11") {
            Flag::Deployments(names) => Some(names.iter().collect()),
            _ => None,
        }
    }

    #[test]
    fn a_text_is_a_number_unless_a_deployment_is_called_so() {
        assert!(matches!(Flag::read(b"0.0", |_| false), Flag::Off));
        assert!(matches!(Flag::read(b"0.25", |_| false), Flag::On));
        assert!(matches!(Flag::read(b"2024.11", |_| false), Flag::On));
        assert_eq!(names(b"2024.11"), Some(vec!["2024.11"]));
    }

    #[test]
    fn texts_of_eight_bytes_are_texts() {
        assert_eq!(names(b"fraud-eu"), Some(vec!["fraud-eu"]));
        assert!(matches!(Flag::read(b"fraud eu", |_| false), Flag::Unreadable));
        assert!(matches!(Flag::read(b"?!?!?!?!", |_| false), Flag::Unreadable));
    }
}
