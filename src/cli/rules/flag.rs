//! Rollback flags and caps, as the filter reads them.

use std::collections::HashSet;

use bluegreen::rollback::{Flag, NOTES, Names, max_green_weight};
use serde_json::Value;

use super::metadata;

/// What a rollback flag says.
pub enum FlagSays {
    /// It rolls back everybody, nobody, or deployments that there are.
    Known,
    /// The first name that no deployment has.
    UnknownName(String),
    Unreadable,
}

/// Reads the value of a flag as the filter does.
pub fn flag(value: &Value, deployments: &HashSet<&str>) -> FlagSays {
    let Some(bytes) = metadata::bytes(value) else { return FlagSays::Unreadable };
    let mut names = Names::default();
    for (place, name) in deployments.iter().enumerate() {
        // Names that differ by case alone are an error elsewhere.
        let _ = names.enter(name, place);
    }
    match Flag::read(metadata::value(&bytes), "", &names) {
        Flag::Off | Flag::On => FlagSays::Known,
        Flag::Named(flagged) => match flagged.unknown {
            Some(name) => FlagSays::UnknownName(String::from_utf8_lossy(name).into_owned()),
            None => FlagSays::Known,
        },
        Flag::Unreadable => FlagSays::Unreadable,
    }
}

/// Whether people leave notes for each other under this key of the namespace.
pub fn is_note(key: &str) -> bool {
    NOTES.contains(&key.as_bytes())
}

/// Whether the filter can read a cap.
pub fn is_cap(value: &Value) -> bool {
    let bytes = metadata::bytes(value);
    bytes.is_some_and(|bytes| max_green_weight(metadata::value(&bytes)).is_some())
}
