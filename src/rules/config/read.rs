//! From JSON text to the serde structs, with every error of form and not only the first.
//!
//! A good configuration is read in one pass. Of a bad one serde reports one error and not where.
//! But nothing in the structs is required, so a part can be read without its siblings: the whole
//! with a single member in it fails exactly if that member is wrong. So the errors are found
//! by reading smaller and smaller parts, each by the same structs.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::config::strict::Object;
use crate::config::{Config, ConfigErrors, Deployment, Path, shortened};

/// Keys that had another name once, and their name now.
const RENAMED: [(&str, &str); 1] = [("trust_upstream_tags", "trust_tags_from")];

/// What could be read of a configuration that has errors of form.
#[derive(Debug)]
pub struct Malformed {
    /// Everything but the wrong parts, so that other errors can be found too.
    pub rest: Option<Config>,
    /// The errors of form.
    pub errors: ConfigErrors,
}

/// Reads a configuration.
///
/// # Errors
/// What is no JSON, has another type than expected, an unknown key or a key twice.
pub fn read(text: &[u8]) -> Result<Config, Box<Malformed>> {
    if text.trim_ascii().is_empty() {
        return Err(unreadable("the configuration is empty"));
    }
    from_text(text).map_err(|first| explain(text, &first.to_string()))
}

/// The one way from text to structs: another would double the largest part of the filter.
fn from_text<T: DeserializeOwned>(text: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(text).map(|Object(read)| read)
}

fn unreadable(reason: impl Into<String>) -> Box<Malformed> {
    let mut errors = ConfigErrors::default();
    errors.add(&Path::Root, reason);
    Box::new(Malformed { rest: None, errors })
}

fn explain(text: &[u8], first: &str) -> Box<Malformed> {
    let mut whole = match serde_json::from_slice::<Value>(text) {
        Ok(whole) => whole,
        Err(error) => return unreadable(format!("not JSON: {error}")),
    };
    // One deployment after the other: none has to be read again because of another.
    let deployments = match whole.get_mut("deployments") {
        Some(Value::Array(list)) => std::mem::take(list),
        _ => Vec::new(),
    };
    let mut errors = ConfigErrors::default();
    let rest = salvage::<Config>(&whole, &Path::Root, &mut errors).map(|rest| {
        let list = Path::Root.key("deployments");
        let read = |(index, value)| {
            salvage::<Deployment>(&value, &list.index(index), &mut errors).unwrap_or_default()
        };
        Config { deployments: deployments.into_iter().enumerate().map(read).collect(), ..rest }
    });
    if first.starts_with("duplicate field") {
        errors.add(&Path::Root, first);
    } else if errors.is_empty() {
        // Of a key that is written twice the value knows only the last, and that one is sound. What
        // serde says may repeat the other, which may be a secret.
        let place = first.rsplit_once(" at line ").map_or("", |(_, place)| place);
        errors.add(&Path::Root, format!("a key is written twice, at line {place}"));
    }
    Box::new(Malformed { rest, errors })
}

/// Reads what can be read of a value. None if the value itself is wrong.
fn salvage<T: DeserializeOwned>(
    value: &Value,
    path: &Path,
    errors: &mut ConfigErrors,
) -> Option<T> {
    let check = |part: &Value| match from_text::<T>(part.to_string().as_bytes()) {
        Ok(_) => None,
        Err(error) => Some(error.to_string()),
    };
    let sound = sound_part(value, path, &check, errors)?;
    from_text(sound.to_string().as_bytes()).ok()
}

/// What is left of a part without what is wrong in it; None if the part itself is wrong. `check` reads the
/// whole with nothing in it but the part.
fn sound_part(
    part: &Value,
    path: &Path,
    check: &dyn Fn(&Value) -> Option<String>,
    errors: &mut ConfigErrors,
) -> Option<Value> {
    let Some(message) = check(part) else { return Some(part.clone()) };
    if errors.is_full() {
        return None;
    }
    match part {
        Value::Object(members) if check(&Value::Object(Map::new())).is_none() => {
            let mut sound = Map::new();
            for (key, member) in members {
                let in_object = |member: &Value| {
                    check(&Value::Object(Map::from_iter([(key.clone(), member.clone())])))
                };
                let member = sound_part(member, &path.key(key), &in_object, errors);
                sound.extend(member.map(|member| (key.clone(), member)));
            }
            Some(Value::Object(sound))
        }
        Value::Array(elements) if check(&Value::Array(Vec::new())).is_none() => {
            let in_list = |element: &Value| check(&Value::Array(vec![element.clone()]));
            // A wrong element leaves a stand-in behind, so that the others stay where they are.
            let stand_ins = [Value::Object(Map::new()), Value::String(String::new())];
            let stand_in = stand_ins.into_iter().find(|stand_in| in_list(stand_in).is_none())?;
            let sound = elements.iter().enumerate().map(|(index, element)| {
                let sound = sound_part(element, &path.index(index), &in_list, errors);
                sound.unwrap_or_else(|| stand_in.clone())
            });
            Some(Value::Array(sound.collect()))
        }
        _ => {
            errors.add(path, reason(&message, part, path));
            None
        }
    }
}

/// Serde's message, with the value in place of the name of its type.
fn reason(message: &str, found: &Value, path: &Path) -> String {
    // The position is one in the text that was read again, not in the one that was written.
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    let (message, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    if let Some((_, new)) = RENAMED.iter().find(|(old, _)| path.ends_in(old)) {
        return format!("unknown key; its name is `{new}` now");
    }
    if message.starts_with("unknown field") {
        return format!("unknown key; known here: {}", expected.trim_start_matches("one of "));
    }
    let value = match found {
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        _ if path.is_secret() => "this value".to_owned(),
        scalar => shortened(&scalar.to_string()),
    };
    match expected {
        "" => format!("{value} cannot stand here: {message}"),
        "a sequence" => format!("{value} is not a list"),
        expected => format!("{value} is not {expected}"),
    }
}
