//! Patterns of the texts in a configuration, in the regular expressions of ECMA-262.

use bluegreen::config::{RESERVED, RESERVED_PREFIX};
use serde_json::{Value, json};

/// Names of deployments and signing keys.
pub const NAME: &str = "^[A-Za-z0-9._-]{1,64}$";

/// Names of cookies, and of headers but for `host` (RFC 9110, section 5.6.2).
pub const TOKEN: &str = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$";

/// Methods.
pub const METHOD: &str = "^[A-Z-]+$";

/// Names of clusters.
pub const VISIBLE: &str = "^[!-~]+$";

/// Visible, without a query or a fragment.
pub const PATH: &str = "^/[!\"$->@-~]*$";

/// What `Path` of a cookie may be.
pub const COOKIE_PATH: &str = "^/[ -:<-~]*$";

/// What `Domain` of a cookie may be: two labels or more, and no address.
pub const COOKIE_DOMAIN: &str =
    "^\\.?([A-Za-z0-9_-]{1,63}\\.)+(?=[A-Za-z0-9_-]{1,63}$)[0-9]*[A-Za-z_-][A-Za-z0-9_-]*$";

/// Parts of the path of a property.
pub const SEGMENT: &str = "^[^\\x00]+$";

/// Variables of an environment.
pub const VARIABLE: &str = "^[^=\\x00]+$";

/// HTTP status codes: one, a class, or a range.
pub const STATUS: &str = "^[1-5]([0-9]{2}(-[1-5][0-9]{2})?|xx)$";

/// RFC 4648, section 4.
pub const BASE64: &str = "^[A-Za-z0-9+/]+={0,2}$";

/// RFC 3339; any character may stand between day and hour.
pub const TIME: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[\\s\\S][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$";

/// `30d`, `1h 30m`, `1.5h`.
pub fn duration() -> String {
    format!("^{}$", bare_duration())
}

/// A duration, or a word in its place.
pub fn duration_or(word: &str) -> String {
    format!("^({word}|{})$", bare_duration())
}

fn bare_duration() -> String {
    let units = "nanos|nsec|ns|usec|us|µs|millis|msec|ms|seconds|second|secs|sec|s\
        |minutes|minute|mins|min|m|hours|hour|hrs|hr|h|days|day|d|weeks|week|wks|wk|w\
        |months|month|M|years|year|yrs|yr|y";
    format!(r"\s*(0|([0-9][0-9\s]*(\.[0-9\s]*[0-9]\s*)?({units})\s*)+)")
}

/// A host, `*.` before a host, or an address of IPv6.
pub fn host() -> Value {
    let label = "[A-Za-z0-9_-]{1,63}";
    json!({"anyOf": [
        {"pattern": format!(r"^(\*\.)?{label}(\.{label})*\.?$"), "maxLength": 256},
        {"pattern": r"^([0-9A-Fa-f]*:){2,}[0-9A-Fa-f.]*$"},
        {"pattern": r"^\[([0-9A-Fa-f]*:){2,}[0-9A-Fa-f.]*\]$"},
    ]})
}

/// The name of a request header that the filter reads.
pub fn header() -> Value {
    json!({"pattern": TOKEN, "not": {"type": "string", "pattern": any_of(&["host"])}})
}

/// The name of a header that the filter writes, or null: none that has another meaning.
pub fn tag() -> Value {
    let reserved = [&["host"], &RESERVED[..]].concat();
    let pattern = format!("{}|^{}", any_of(&reserved), in_any_case(RESERVED_PREFIX));
    json!({"pattern": TOKEN, "not": {"type": "string", "pattern": pattern}})
}

/// What starts with one of these words, in any case.
pub fn starts_with(words: &[&str]) -> String {
    format!("^({})", alternatives(words))
}

/// One of these words, in any case.
fn any_of(words: &[&str]) -> String {
    format!("^({})$", alternatives(words))
}

fn alternatives(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| in_any_case(word)).collect();
    words.join("|")
}

fn in_any_case(word: &str) -> String {
    let in_any_case = |character: char| match character {
        'a'..='z' => format!("[{}{character}]", character.to_ascii_uppercase()),
        other => other.to_string(),
    };
    word.chars().map(in_any_case).collect()
}
