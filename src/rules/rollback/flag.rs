//! The values of a rollback flag.

use super::names::Names;
use crate::config::is_name;
use crate::decimal::Decimal;
use crate::wire::Value;

/// Texts that roll back everybody, in any case.
const EVERYBODY: [&str; 9] = ["true", "yes", "on", "1", "y", "t", "enable", "enabled", "all"];
/// Texts that roll back nobody, in any case, unless a deployment has this name.
const NOBODY: [&str; 10] = ["false", "no", "off", "0", "n", "f", "none", "disable", "disabled", ""];
/// What stands for every name.
const ANY_NAME: &[u8] = b"*";

/// What a flag says of one deployment.
#[derive(Clone, Copy, Debug)]
pub enum Flag<'a> {
    /// Nobody is rolled back.
    Off,
    /// All deployments are rolled back.
    On,
    /// Deployments are named.
    Named(Named<'a>),
    /// Not to be understood.
    Unreadable,
}

/// Deployments that a flag names.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// Whether the deployment is among them.
    pub is_meant: bool,
    /// The first name that no deployment has.
    pub unknown: Option<&'a [u8]>,
}

impl<'a> Flag<'a> {
    /// Reads a value for a deployment. A text that reads as a number is one, unless a deployment
    /// has this name: Envoy's YAML loader hands on fractions and large integers as texts.
    #[must_use]
    pub fn read(value: Value<'a>, deployment: &str, names: &Names) -> Self {
        match value {
            Value::Bool(flag) => Self::from_bool(flag),
            Value::Number(number) => Self::from_bool(number != 0.0),
            Value::Text(text) => Self::read_text(text.trim(), deployment, names),
            Value::List(list) if list.is_empty() => Self::Off,
            Value::List(list) => Self::read_names(list.iter(), deployment, names),
            Value::Struct | Value::Unreadable => Self::Unreadable,
        }
    }

    fn read_text(text: &'a str, deployment: &str, names: &Names) -> Self {
        let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        if is(&EVERYBODY) {
            return Self::On;
        }
        if !names.has(text.as_bytes()) {
            if is(&NOBODY) {
                return Self::Off;
            }
            if let Some(number) = Decimal::parse(text) {
                return Self::from_bool(!number.is_zero());
            }
        }
        let texts = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        Self::read_names(texts.map(str::as_bytes), deployment, names)
    }

    /// One pass, for there may be thousands.
    fn read_names(texts: impl Iterator<Item = &'a [u8]>, deployment: &str, names: &Names) -> Self {
        let (mut is_meant, mut unknown) = (false, None);
        for name in texts {
            if name == ANY_NAME || (name.eq_ignore_ascii_case(b"all") && !names.has(name)) {
                return Self::On;
            }
            if !is_name(name) {
                return Self::Unreadable;
            }
            is_meant |= name.eq_ignore_ascii_case(deployment.as_bytes());
            if unknown.is_none() && !names.has(name) {
                unknown = Some(name);
            }
        }
        Self::Named(Named { is_meant, unknown })
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
        Flag::read(Value::Text(text), deployments.first().unwrap_or(&"-"), &names)
    }

    /// Whether the first of these deployments is among the names, and the first unknown one.
    fn named<'a>(text: &'a str, deployments: &[&str]) -> Option<(bool, Option<&'a str>)> {
        match read(text, deployments) {
            Flag::Named(Named { is_meant, unknown }) => {
                Some((is_meant, unknown.map(|name| std::str::from_utf8(name).unwrap())))
            }
            _ => None,
        }
    }

    #[test]
    fn a_text_is_a_number_unless_a_deployment_is_called_so() {
        assert!(matches!(read("0.0", &[]), Flag::Off));
        assert!(matches!(read("0.25", &[]), Flag::On));
        assert!(matches!(read("2024.11", &[]), Flag::On));
        assert_eq!(named("2024.11", &["2024.11"]), Some((true, None)));
    }

    #[test]
    fn a_text_that_is_no_list_of_names_is_unreadable() {
        assert_eq!(named("fraud-eu", &[]), Some((false, Some("fraud-eu"))));
        assert_eq!(named("ham, A,,b, c", &["a", "ham"]), Some((true, Some("b"))));
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
        assert_eq!(named("n", &["N"]), Some((true, None)));
        assert_eq!(named("off", &["off"]), Some((true, None)));
        assert_eq!(named("fraud, all", &["all"]), Some((true, Some("fraud"))));
        assert!(matches!(read("all", &["all"]), Flag::On));
    }
}
