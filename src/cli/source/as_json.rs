//! A value as the JSON that the filter gets.

use serde_json::Value;

use super::{Node, View};

/// Most JSON that aliases of YAML may grow to, in bytes.
const LONGEST: usize = 64 << 20;

/// How deep values may be nested; the filter's own parser goes no deeper.
const DEEPEST: usize = 160;

/// The JSON of a value.
///
/// # Errors
/// Why there is none.
pub fn as_json(view: View<'_>) -> Result<String, &'static str> {
    if view.document.is_json {
        // As it is written: the filter's errors may name its lines.
        return Ok(view.document.text.as_str().get(view.span()).unwrap_or_default().to_owned());
    }
    let mut json = String::new();
    write(view, 0, &mut json)?;
    Ok(json)
}

fn write(view: View<'_>, depth: usize, json: &mut String) -> Result<(), &'static str> {
    if depth > DEEPEST {
        return Err("nested too deep to be read");
    }
    if json.len() > LONGEST {
        return Err("aliases make it larger than 64 MiB");
    }
    let inner = depth.saturating_add(1);
    match view.node() {
        None => json.push_str("null"),
        Some(Node::Scalar(scalar)) => json.push_str(&scalar.value().to_string()),
        Some(Node::List(_)) => {
            json.push('[');
            for (index, element) in view.elements().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                write(element, inner, json)?;
            }
            json.push(']');
        }
        Some(Node::Map(_)) => {
            json.push('{');
            for (index, (key, value)) in view.members().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                let key = key.raw().ok_or("a key is a list or a map")?;
                json.push_str(&Value::from(key).to_string());
                json.push(':');
                write(value, inner, json)?;
            }
            json.push('}');
        }
    }
    Ok(())
}
