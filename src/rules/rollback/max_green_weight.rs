//! The values of `max_green_weight`, which says how far green may go.

use serde_json::Number;

use crate::split::{InvalidWeight, Weight};
use crate::wire::Value;

/// The weight; a blank text is as good as none. None for what cannot be read.
#[must_use]
pub fn max_green_weight(value: Value<'_>) -> Option<Weight> {
    let weight = match value {
        Value::Text(text) if text.trim().is_empty() => return Some(Weight::FULL),
        Value::Text(text) => Weight::from_percent(text.trim()),
        Value::Number(number) => Number::from_f64(number)
            .map_or(Err(InvalidWeight::NotANumber), |number| Weight::from_percent(number.as_str())),
        Value::Bool(_) | Value::List(_) | Value::Struct | Value::Unreadable => return None,
    };
    weight.ok()
}
