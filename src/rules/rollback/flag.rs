//! The values of a rollback flag.

use crate::config::is_name;
use crate::decimal::Decimal;
use crate::wire::{Texts, Value};

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
    list: Texts<'a>,
}

impl<'a> Flagged<'a> {
    /// The names, in the order written.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let texts = self.text.split(',').map(str::trim).filter(|name| !name.is_empty());
        texts.chain(self.list.iter())
    }
}

impl<'a> Flag<'a> {
    /// Reads a value. A text that reads as a number is one, unless a deployment has this name:
    /// Envoy's YAML loader hands on fractions and large integers as texts.
    #[must_use]
    pub fn read(value: Value<'a>, is_deployment: impl Fn(&str) -> bool) -> Self {
        match value {
            Value::Bool(flag) => Self::from_bool(flag),
            Value::Number(number) => Self::from_bool(number != 0.0),
            Value::Text(text) => Self::read_text(text.trim(), is_deployment),
            Value::List(list) if list.is_empty() => Self::Off,
            Value::List(list) if list.iter().all(is_name) => {
                Self::Deployments(Flagged { text: "", list })
            }
            Value::List(_) | Value::Struct | Value::Unreadable => Self::Unreadable,
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
            return Self::Deployments(Flagged { text, list: Texts::default() });
        }
        Self::Unreadable
    }

    fn from_bool(flag: bool) -> Self {
        if flag { Self::On } else { Self::Off }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(value: &str) -> Option<Vec<&str>> {
        match Flag::read(Value::Text(value), |text| text == "2024.11") {
            Flag::Deployments(names) => Some(names.iter().collect()),
            _ => None,
        }
    }

    #[test]
    fn a_text_is_a_number_unless_a_deployment_is_called_so() {
        assert!(matches!(Flag::read(Value::Text("0.0"), |_| false), Flag::Off));
        assert!(matches!(Flag::read(Value::Text("0.25"), |_| false), Flag::On));
        assert!(matches!(Flag::read(Value::Text("2024.11"), |_| false), Flag::On));
        assert_eq!(names("2024.11"), Some(vec!["2024.11"]));
    }

    #[test]
    fn a_text_that_is_no_list_of_names_is_unreadable() {
        assert_eq!(names("fraud-eu"), Some(vec!["fraud-eu"]));
        assert!(matches!(Flag::read(Value::Text("fraud eu"), |_| false), Flag::Unreadable));
        assert!(matches!(Flag::read(Value::Text("?!?!?!?!"), |_| false), Flag::Unreadable));
    }
}
