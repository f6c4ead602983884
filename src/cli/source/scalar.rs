//! Scalars: how they are written, what they mean as JSON, and which character of them stands where.

use serde_json::Value;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// YAML without quotes.
    Plain,
    /// YAML without quotes that is a text by its tag.
    Text,
    /// YAML in single quotes.
    Single,
    /// YAML or JSON in double quotes.
    Double,
    /// YAML after `|` or `>`.
    Block,
    /// A JSON literal: a number, a bool or null.
    Literal,
}

/// A scalar of a document.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// What it holds, without quotes and escapes.
    pub text: String,
    pub style: Style,
}

impl Scalar {
    /// The text, if it is one and no number, bool or null.
    pub fn as_text(&self) -> Option<&str> {
        matches!(self.value(), Value::String(_)).then_some(self.text.as_str())
    }

    /// What `kubectl` makes of it: YAML 1.1 where that differs from 1.2.
    pub fn value(&self) -> Value {
        match self.style {
            Style::Text | Style::Single | Style::Double | Style::Block => {
                Value::String(self.text.clone())
            }
            Style::Literal => serde_json::from_str(&self.text).unwrap_or_default(),
            Style::Plain => plain(&self.text),
        }
    }
}

fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => {
            return Value::Bool(true);
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            return Value::Bool(false);
        }
        _ => {}
    }
    number(text).unwrap_or_else(|| Value::String(text.to_owned()))
}

/// A number with the digits that it has, where JSON can write them so.
fn number(text: &str) -> Option<Value> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let in_base = |prefix: &str, base| {
        let digits = unsigned.strip_prefix(prefix)?;
        let number = u64::from_str_radix(digits, base).ok()?;
        serde_json::from_str(&format!("{sign}{number}")).ok()
    };
    for (prefix, base) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(number) = in_base(prefix, base) {
            return Some(number);
        }
    }
    let is_octal = unsigned.len() > 1 && unsigned.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    if is_octal && let Some(number) = in_base("0", 8) {
        return Some(number);
    }
    let digits = unsigned.replace('_', "");
    let whole = digits.trim_start_matches('0');
    let zero = if whole.starts_with(|first: char| first.is_ascii_digit()) { "" } else { "0" };
    let number = format!("{sign}{zero}{whole}");
    // `5.` is a number too.
    let number = number.strip_suffix('.').unwrap_or(&number);
    match serde_json::from_str(number) {
        Ok(Value::Number(number)) => Some(Value::Number(number)),
        _ => None,
    }
}

/// Where in the source of a scalar a byte of its value stands.
///
/// White space is folded, indented and chomped in many ways, everything else stands in the same
/// order: so the characters that are no white space are counted.
pub fn offset_in_source(source: &str, style: Style, value: &str, offset: usize) -> usize {
    let before = value.get(..super::text::floor(value, offset)).unwrap_or_default();
    let count = before.chars().filter(|character| !character.is_whitespace()).count();
    let mut found = Characters::new(source, style).filter(|(character, _)| {
        // What stands there may be white space itself.
        !character.is_whitespace()
    });
    found.nth(count).map_or(source.len(), |(_, at)| at)
}

/// The characters of a scalar's value, each with its place in the source.
struct Characters<'a> {
    source: &'a str,
    at: usize,
    style: Style,
}

impl<'a> Characters<'a> {
    fn new(source: &'a str, style: Style) -> Self {
        let at = match style {
            Style::Single | Style::Double => 1,
            // The header may end in a comment. A source without one starts with the value.
            Style::Block if source.starts_with(['|', '>']) => {
                source.find('\n').unwrap_or(source.len())
            }
            Style::Block | Style::Plain | Style::Text | Style::Literal => 0,
        };
        Self { source, at, style }
    }
}

impl Iterator for Characters<'_> {
    type Item = (char, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        let rest = self.source.get(at..)?;
        let mut characters = rest.chars();
        let first = characters.next()?;
        let (character, length) = match (self.style, first) {
            (Style::Single, '\'') if characters.next() == Some('\'') => ('\'', 2),
            (Style::Double, '\\') => escaped(characters.as_str()),
            _ => (first, first.len_utf8()),
        };
        self.at = at.saturating_add(length);
        Some((character, at))
    }
}

/// The character of an escape and the length of it in the source.
fn escaped(rest: &str) -> (char, usize) {
    let digits: usize = match rest.chars().next() {
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        Some('n' | 't' | 'r' | ' ' | '\n' | '_' | 'N' | 'L' | 'P' | 'v' | 'f' | '\r') => {
            return (' ', 2);
        }
        Some(other) => return (other, other.len_utf8().saturating_add(1)),
        None => return ('\\', 1),
    };
    let hex = |text: &str, from: usize| {
        let to = digits.saturating_add(from);
        u32::from_str_radix(text.get(from..to)?, 16).ok()
    };
    let Some(code) = hex(rest, 1) else { return ('\\', 2) };
    let length = digits.saturating_add(2);
    if (0xd800..0xdc00).contains(&code) {
        // Two escapes of JSON make one character.
        return ('\u{fffd}', length.saturating_mul(2));
    }
    (char::from_u32(code).unwrap_or('\u{fffd}'), length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_what_kubectl_takes_them_for() {
        for (text, json) in [
            ("10", "10"),
            ("+10", "10"),
            ("010", "8"),
            ("0x1f", "31"),
            ("09", "9"),
            ("1_000", "1000"),
            (".5", "0.5"),
            ("5.", "5"),
            ("0.10", "0.10"),
            ("1e2", "1e+2"),
            ("-0.5", "-0.5"),
            ("yes", "true"),
            ("off", "false"),
            ("~", "null"),
            ("1.2.3", "\"1.2.3\""),
            ("2026-11-23T09:00:00Z", "\"2026-11-23T09:00:00Z\""),
            (".inf", "\".inf\""),
            ("-", "\"-\""),
            ("10m", "\"10m\""),
        ] {
            let scalar = Scalar { text: text.to_owned(), style: Style::Plain };
            assert_eq!(scalar.value().to_string(), json, "{text}");
        }
    }

    #[test]
    fn a_character_of_a_value_is_found_in_every_style() {
        for (source, style, value) in [
            ("|-  # why\n    {\n      \"x\": 1\n    }\n", Style::Block, "{\n  \"x\": 1\n}"),
            (">\n  {\n  \"x\":\n  1}\n", Style::Block, "{ \"x\": 1}\n"),
            ("'{\"it''s\": 0, \"x\": 1}'", Style::Single, "{\"it's\": 0, \"x\": 1}"),
            ("\"{\\u0022\\\"\\n\\ud83d\\ude00\\\"x\\\": 1}\"", Style::Double, "{\"\"\n😀\"x\": 1}"),
        ] {
            let at = offset_in_source(source, style, value, value.find('x').unwrap());
            let found = source.get(at..).unwrap();
            assert!(found.starts_with('x'), "{source:?}: {found:?}");
        }
    }
}
