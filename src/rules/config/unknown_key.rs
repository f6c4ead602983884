//! A key that no object of its place has. `deny_unknown_fields` on each struct refuses it; here is
//! what the error says.

use crate::Path;

/// Keys that had another name once, and their name now.
const RENAMED: [(&str, &str); 1] = [("trust_upstream_tags", "trust_tags_from")];

/// Whether serde refused a key because it does not know it.
pub(super) fn is(message: &str) -> bool {
    message.starts_with("unknown field")
}

/// What is wrong with the key at the end of a path, where serde knows others.
pub(super) fn reason(known: &str, path: &Path) -> String {
    match RENAMED.iter().find(|(old, _)| path.ends_in(old)) {
        Some((_, new)) => format!("unknown key; its name is `{new}` now"),
        None => format!("unknown key; known here: {}", known.trim_start_matches("one of ")),
    }
}
