//! The values of a rollback flag.

use super::names::Names;
use crate::config::is_name;
use crate::decimal::Decimal;
use crate::wire::{Texts, Value};

/// Texts that roll back everybody, in any case.
const EVERYBODY: [&str; 9] = ["true", "yes", "on", "1", "y", "t", "enable", "enabled", "all"];
/// Texts that roll back nobody, in any case, unless a deployment has this name.
const NOBODY: [&str; 10] =
    ["false", "no", "off", "0", "n", "f", "none", "disable", "disabled", ""];
/// What stands for every name.
const ANY_NAME: &str = "*";

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
    /// Hands over the names, in the order written, until one `ends` it; whether one did.
    pub fn any(self, ends: &mut dyn FnMut(&'a str) -> bool) -> bool {
        let texts = self.text.split(',').map(str::trim).filter(|name| !name.is_empty());
        texts.chain(self.list.iter()).any(ends)
    }

    /// Everybody if `all` or `*` is among the names, unless a deployment is called so; unreadable
    /// if one can be no name.
    fn read(self, names: &Names) -> Flag<'a> {
        let mut is_readable = true;
        let is_everybody = self.any(&mut |name| {
            let is_everybody =
                name == ANY_NAME || (name.eq_ignore_ascii_case("all") && !names.has(name));
            is_readable &= is_everybody || is_name(name);
            is_everybody
        });
        match (is_readable, is_everybody) {
            (false, _) => Flag::Unreadable,
            (true, true) => Flag::On,
            (true, false) => Flag::Deployments(self),
        }
    }
}

impl<'a> Flag<'a> {
    /// Reads a value. A text that reads as a number is one, unless a deployment has this name:
    /// Envoy's YAML loader hands on fractions and large integers as texts.
    #[must_use]
    pub fn read(value: Value<'a>, names: &Names) -> Self {
        match value {
            Value::Bool(flag) => Self::from_bool(flag),
            Value::Number(number) => Self::from_bool(number != 0.0),
            Value::Text(text) => Self::read_text(text.trim(), names),
            Value::List(list) if list.is_empty() => Self::Off,
            Value::List(list) => Flagged { text: "", list }.read(names),
            Value::Struct | Value::Unreadable => Self::Unreadable,
        }
    }

    fn read_text(text: &'a str, names: &Names) -> Self {
        let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        if is(&EVERYBODY) {
            return Self::On;
        }
        if !names.has(text) {
            if is(&NOBODY) {
                return Self::Off;
            }
            if let Some(number) = Decimal::parse(text) {
                return Self::from_bool(!number.is_zero());
            }
        }
        Flagged { text, list: Texts::default() }.read(names)
    }

    fn from_bool(flag: bool) -> Self {
        if flag { Self::On } else { Self::Off }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'a>(text: &'a str, deployments: &[&str]) -> Flag<'a> {
        let mut names = Names::default();
        for (place, name) in deployments.iter().enumerate() {
            names.enter(name, place).unwrap();
        }
        Flag::read(Value::Text(text), &names)
    }

    fn names<'a>(text: &'a str, deployments: &[&str]) -> Option<Vec<&'a str>> {
        match read(text, deployments) {
            Flag::Deployments(names) => {
                let mut all = Vec::new();
                names.any(&mut |name| {
                    all.push(name);
                    false
                });
                Some(all)
            }
            _ => None,
        }
    }

    #[test]
    fn a_text_is_a_number_unless_a_deployment_is_called_so() {
        assert!(matches!(read("0.0", &[]), Flag::Off));
        assert!(matches!(read("0.25", &[]), Flag::On));
        assert!(matches!(read("2024.11", &[]), Flag::On));
        assert_eq!(names("2024.11", &["2024.11"]), Some(vec!["2024.11"]));
    }

    #[test]
    fn a_text_that_is_no_list_of_names_is_unreadable() {
        assert_eq!(names("fraud-eu", &[]), Some(vec!["fraud-eu"]));
        assert!(matches!(read("fraud eu", &[]), Flag::Unreadable));
        assert!(matches!(read("?!?!?!?!", &[]), Flag::Unreadable));
    }

    #[test]
    fn words_for_everybody_and_for_nobody_are_read_in_any_case() {
        for word in ["all", "*", "y", "t", "enable", "Enabled", "ALL", "fraud, all", "*,fraud"] {
            assert!(matches!(read(word, &[]), Flag::On), "{word}");
        }
        for word in ["n", "f", "None", "disable", "DISABLED", " ", "No"] {
            assert!(matches!(read(word, &[]), Flag::Off), "{word}");
        }
    }

    #[test]
    fn a_word_for_nobody_names_the_deployment_that_is_called_so() {
        assert_eq!(names("n", &["N"]), Some(vec!["n"]));
        assert_eq!(names("off", &["off"]), Some(vec!["off"]));
        assert_eq!(names("fraud, all", &["all"]), Some(vec!["fraud", "all"]));
        assert!(matches!(read("all", &["all"]), Flag::On));
    }
}
