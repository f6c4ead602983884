//! From JSON text to the serde structs, with every error of form and not only the first.
//!
//! A good configuration is read in one pass. Of a bad one serde reports one error and not where.
//! But nothing in the structs is required, so a part can be read without its siblings: the whole
//! with a single member in it fails exactly if that member is wrong. So the errors are found
//! by reading smaller and smaller parts of the text, each by the same structs. A part is
//! read as often as it is deep, and nothing is read behind the last error that is reported.

use serde::de::{DeserializeOwned, IgnoredAny};

use super::fingerprint::{both, fingerprint};
use super::json_text::{Part, members, parts};
use super::unknown_key;
use crate::strict::Object;
use crate::{Config, ConfigErrors, Deployment, Path, shortened};

/// Longest text, in bytes. What a text takes in memory while it is read is a multiple of it, and
/// a VM has 1 GiB.
const LONGEST: usize = 32 << 20;

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
/// What is no JSON, has another type than expected, an unknown key or a key twice, and a text of
/// more than 32 MiB.
pub fn read(text: &[u8]) -> Result<Config, Box<Malformed>> {
    if text.len() > LONGEST {
        let length = text.len();
        return Err(unreadable(format!(
            "the configuration has {length} bytes, and 32 MiB ({LONGEST} bytes) are the most"
        )));
    }
    if text.trim_ascii().is_empty() {
        return Err(unreadable("the configuration is empty"));
    }
    match object_from_text(text) {
        Ok(config) => Ok(marked(config, text)),
        Err(first) => Err(explain(text, &first.to_string())),
    }
}

/// Says of each deployment by what a change of it can be told, if any has a guard, which asks.
#[inline(never)] // Few configurations need it.
fn marked(mut config: Config, text: &[u8]) -> Config {
    let mut list = config.deployments.iter_mut().flatten();
    if config.defaults.guard.is_none() && !list.any(|one| matches!(one.guard, Some(Some(_)))) {
        return config;
    }
    let text = text.trim_ascii();
    let mut all = members(text).into_iter();
    let defaults = all.find(|(key, _)| *key == b"\"defaults\"");
    let defaults = defaults.map_or(0, |(_, value)| fingerprint(value));
    let texts = deployments(text).into_iter().flat_map(parts);
    for (deployment, text) in config.deployments.iter_mut().flatten().zip(texts) {
        deployment.fingerprint = both(defaults, fingerprint(text));
    }
    config
}

/// The one way from text to structs: another would double the largest part of the filter.
pub(super) fn from_text<T: DeserializeOwned>(text: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(text)
}

fn object_from_text<T: DeserializeOwned>(text: &[u8]) -> serde_json::Result<T> {
    from_text(text).map(|Object(read)| read)
}

fn unreadable(reason: impl Into<String>) -> Box<Malformed> {
    let mut errors = ConfigErrors::default();
    errors.add(&Path::Root, reason);
    Box::new(Malformed { rest: None, errors })
}

fn explain(text: &[u8], first: &str) -> Box<Malformed> {
    if let Err(error) = from_text::<IgnoredAny>(text) {
        return unreadable(format!("not JSON: {error}"));
    }
    let text = text.trim_ascii();
    let mut errors = ConfigErrors::default();
    // One deployment after the other: none has to be read again because of another.
    let list = deployments(text);
    let rest = match list {
        Some(list) => without(text, list),
        None => text.to_vec(),
    };
    let mut rest = salvage::<Config>(&rest, &Path::Root, &mut errors);
    if let (Some(rest), Some(list)) = (&mut rest, list) {
        let at = Path::Root.key("deployments");
        let mut read = Vec::new();
        for (index, part) in parts(list).enumerate() {
            if errors.is_full() {
                break;
            }
            read.push(object_from_text(part).unwrap_or_else(|_| {
                salvage::<Deployment>(part, &at.index(index), &mut errors).unwrap_or_default()
            }));
        }
        rest.deployments = Some(read);
    }
    if first.starts_with("duplicate field") {
        errors.add(&Path::Root, first);
    } else if errors.is_empty() {
        // Of a key that is written twice only the last was read, and that one is sound. What
        // serde says may repeat the other, which may be a secret.
        let place = first.rsplit_once(" at line ").map_or("", |(_, place)| place);
        errors.add(&Path::Root, format!("a key is written twice, at line {place}"));
    }
    let rest = rest.filter(|_| !errors.is_full());
    Box::new(Malformed { rest, errors })
}

/// The list of deployments in the text of an object.
fn deployments(text: Part<'_>) -> Option<Part<'_>> {
    if !text.starts_with(b"{") {
        return None;
    }
    let (_, list) = members(text).into_iter().find(|(key, _)| *key == b"\"deployments\"")?;
    list.starts_with(b"[").then_some(list)
}

/// The text of an object with an empty list in place of its deployments.
fn without(text: Part<'_>, list: Part<'_>) -> Vec<u8> {
    let members = members(text).into_iter().map(|(key, value)| {
        if std::ptr::eq(value, list) { (key, b"[]".to_vec()) } else { (key, value.to_vec()) }
    });
    object(members)
}

/// Reads what can be read of a value. None if the value itself is wrong.
fn salvage<T: DeserializeOwned>(
    value: Part<'_>,
    path: &Path,
    errors: &mut ConfigErrors,
) -> Option<T> {
    let check = |part: Part<'_>| match object_from_text::<T>(part) {
        Ok(_) => None,
        Err(error) => Some(error.to_string()),
    };
    let sound = sound_part(value, path, &check, errors)?;
    object_from_text(&sound).ok()
}

/// What is left of a part without what is wrong in it; None if the part itself is wrong. `check`
/// reads the whole with nothing in it but the part.
fn sound_part(
    part: Part<'_>,
    path: &Path,
    check: &dyn Fn(Part<'_>) -> Option<String>,
    errors: &mut ConfigErrors,
) -> Option<Vec<u8>> {
    let Some(message) = check(part) else { return Some(part.to_vec()) };
    if errors.is_full() {
        return None;
    }
    match part {
        [b'{', ..] if check(b"{}").is_none() => {
            let (all, mut sound) = (members(part), Vec::<(Part<'_>, Vec<u8>)>::new());
            let mut rest = all.iter();
            while let Some((key, member)) = rest.next() {
                if errors.is_full() {
                    break;
                }
                let name: String = from_text(key).unwrap_or_default();
                let in_object = |member: Part<'_>| check(&object([(*key, member.to_vec())]));
                // Of a key that is written twice the last counts.
                let is_written_again = || rest.as_slice().iter().any(|(later, _)| later == key);
                match in_object(member) {
                    Some(message) if !unknown_key::is(&message) && is_written_again() => continue,
                    _ => {}
                }
                if let Some(member) = sound_part(member, &path.key(&name), &in_object, errors) {
                    // Only known keys are sound, and these are few.
                    sound.retain(|(earlier, _)| earlier != key);
                    sound.push((key, member));
                }
            }
            Some(object(sound))
        }
        [b'[', ..] if check(b"[]").is_none() => {
            let in_list = |element: Part<'_>| check(&list([element]));
            // A wrong element leaves a stand-in behind, so that the others stay where they are.
            let stand_ins = [&b"{}"[..], b"\"\""];
            let stand_in = stand_ins.into_iter().find(|stand_in| in_list(stand_in).is_none())?;
            let mut sound = Vec::new();
            for (index, element) in parts(part).enumerate() {
                if errors.is_full() {
                    break;
                }
                let element = sound_part(element, &path.index(index), &in_list, errors);
                sound.push(element.unwrap_or_else(|| stand_in.to_vec()));
            }
            Some(list(sound.iter().map(Vec::as_slice)))
        }
        _ => {
            errors.add(path, reason(&message, part, path));
            None
        }
    }
}

/// The text of an object.
fn object<'a>(members: impl IntoIterator<Item = (Part<'a>, Vec<u8>)>) -> Vec<u8> {
    let mut text = b"{".to_vec();
    for (key, value) in members {
        if text.len() > 1 {
            text.push(b',');
        }
        text.extend_from_slice(key);
        text.push(b':');
        text.extend_from_slice(&value);
    }
    text.push(b'}');
    text
}

/// The text of a list.
fn list<'a>(elements: impl IntoIterator<Item = Part<'a>>) -> Vec<u8> {
    let mut text = b"[".to_vec();
    for element in elements {
        if text.len() > 1 {
            text.push(b',');
        }
        text.extend_from_slice(element);
    }
    text.push(b']');
    text
}

/// What serde says without the place, which is one in the text that was read and not in the one
/// that was written.
pub(super) fn without_position(message: &str) -> &str {
    message.rsplit_once(" at line ").map_or(message, |(message, _)| message)
}

/// Serde's message, with the value in place of the name of its type.
fn reason(message: &str, found: Part<'_>, path: &Path) -> String {
    // What is expected comes last: a value before it may hold any text.
    let message = without_position(message);
    let (message, expected) = message.rsplit_once(", expected ").unwrap_or((message, ""));
    if unknown_key::is(message) {
        return unknown_key::reason(expected, path);
    }
    let value = match found {
        [b'{', ..] => "an object".to_owned(),
        [b'[', ..] => "a list".to_owned(),
        _ if path.is_secret() => "this value".to_owned(),
        scalar => shortened(&String::from_utf8_lossy(scalar)),
    };
    match expected {
        "" => format!("{value} cannot stand here: {message}"),
        "a sequence" => format!("{value} is not a list"),
        expected => format!("{value} is not {expected}"),
    }
}
