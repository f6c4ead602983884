//! Rollback flags and caps, as the filter reads them.

use bluegreen::rollback::{Flag, max_green_weight};
use serde_json::Value;

use super::metadata;

/// What a rollback flag says.
pub enum FlagSays {
    AllOrNobody,
    Names(Vec<String>),
    Unreadable,
}

/// Reads the value of a flag as the filter does.
pub fn flag(value: &Value, is_deployment: impl Fn(&str) -> bool) -> FlagSays {
    let Some(bytes) = metadata::bytes(value) else { return FlagSays::Unreadable };
    match Flag::read(metadata::value(&bytes), is_deployment) {
        Flag::Off | Flag::On => FlagSays::AllOrNobody,
        Flag::Deployments(names) => FlagSays::Names(names.iter().map(str::to_owned).collect()),
        Flag::Unreadable => FlagSays::Unreadable,
    }
}

/// Whether the filter can read a cap.
pub fn is_cap(value: &Value) -> bool {
    let bytes = metadata::bytes(value);
    bytes.is_some_and(|bytes| max_green_weight(metadata::value(&bytes)).is_some())
}
