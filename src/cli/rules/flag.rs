//! Rollback flags and caps, as the filter reads them.

use bluegreen::rollback::Flag;
use bluegreen::split::Weight;
use bluegreen::wire::encode;
use serde_json::Value;

/// What a rollback flag says.
pub enum FlagSays {
    AllOrNobody,
    Names(Vec<String>),
    Unreadable,
}

/// Reads the value of a flag as the filter does.
pub fn flag(value: &Value, is_deployment: impl Fn(&str) -> bool) -> FlagSays {
    let Some(bytes) = as_metadata(value) else { return FlagSays::Unreadable };
    match Flag::read(&bytes, is_deployment) {
        Flag::Off | Flag::On => FlagSays::AllOrNobody,
        Flag::Deployments(names) => FlagSays::Names(names.iter().map(str::to_owned).collect()),
        Flag::Unreadable => FlagSays::Unreadable,
    }
}

/// Whether the filter can read a cap.
pub fn is_cap(value: &Value) -> bool {
    match value {
        Value::Number(number) => Weight::from_percent(number.as_str()).is_ok(),
        Value::String(text) => text.trim().is_empty() || Weight::from_percent(text.trim()).is_ok(),
        _ => false,
    }
}

/// A value of metadata as Envoy hands it on; None for what it cannot encode.
pub fn as_metadata(value: &Value) -> Option<Vec<u8>> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(flag) => vec![u8::from(*flag)],
        Value::Number(number) => number.as_f64()?.to_le_bytes().to_vec(),
        Value::String(text) => text.clone().into_bytes(),
        Value::Array(elements) => {
            let texts: Option<Vec<&str>> = elements.iter().map(Value::as_str).collect();
            let texts = texts?;
            encode(texts.iter().map(|text| (text.as_bytes(), &[][..])))
        }
        Value::Object(members) => {
            let members: Option<Vec<(&String, Vec<u8>)>> =
                members.iter().map(|(key, value)| Some((key, as_metadata(value)?))).collect();
            let members = members?;
            encode(members.iter().map(|(key, value)| (key.as_bytes(), value.as_slice())))
        }
    })
}

