//! Rollback flags and caps, as the filter reads them.

use bluegreen::rollback::{Flag, NOTES, Names, max_green_weight};
use serde_json::Value;

use super::metadata;

/// What somebody should look at in a rollback flag.
pub enum FlagFinding {
    /// The first name that no deployment has.
    UnknownName(String),
    Unreadable,
}

/// Reads the value of a flag as the filter does, among deployments of these names.
pub fn flag<'a>(value: &Value, deployments: impl Iterator<Item = &'a str>) -> Option<FlagFinding> {
    let Some(bytes) = metadata::bytes(value) else { return Some(FlagFinding::Unreadable) };
    let mut names = Names::default();
    for (place, name) in deployments.enumerate() {
        // A second deployment of the name is another finding.
        let _ = names.enter(name, place);
    }
    match Flag::read(metadata::value(&bytes), "", &names) {
        Flag::Off | Flag::On => None,
        Flag::Named(named) => {
            let name = named.unknown?;
            Some(FlagFinding::UnknownName(String::from_utf8_lossy(name).into_owned()))
        }
        Flag::Unreadable => Some(FlagFinding::Unreadable),
    }
}

/// Whether a key beside a flag is a note for people.
pub fn is_note(key: &str) -> bool {
    NOTES.contains(&key.as_bytes())
}

/// Whether the filter can read a cap.
pub fn is_cap(value: &Value) -> bool {
    let bytes = metadata::bytes(value);
    bytes.is_some_and(|bytes| max_green_weight(metadata::value(&bytes)).is_some())
}
