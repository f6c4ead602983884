//! From JSON text to the serde structs, with every fault of form and not only the first.
//!
//! A good configuration is read in one pass. For a bad one the first fault is not enough: what
//! serde stumbles over is reported, taken out and the rest read again, until all is said.

use hashbrown::HashMap;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::{Segment, Track};

use crate::config::{Config, Deployment};
use crate::fault::{Faults, Path, shortened};
use crate::strict::Object;

type Error = serde_path_to_error::Error<serde_json::Error>;

/// What could be read of a configuration that has faults of form.
#[derive(Debug)]
pub struct Malformed {
    /// Everything but the parts at fault, so that other faults can be found too.
    pub rest: Option<Config>,
    /// The faults of form.
    pub faults: Faults,
}

/// Reads a configuration.
///
/// # Errors
/// What is no JSON, has another type than expected, an unknown key or a key twice.
pub fn read(text: &[u8]) -> Result<Config, Box<Malformed>> {
    if text.trim_ascii().is_empty() {
        return Err(Box::new(Malformed::unreadable("the configuration is empty".to_owned())));
    }
    from_text(text).map_err(|first| Box::new(explain(text, &first)))
}

/// The one way from text to structs: another would double the largest part of the filter.
fn from_text<T: DeserializeOwned>(text: &[u8]) -> Result<T, Error> {
    let mut json = serde_json::Deserializer::from_slice(text);
    let Object(read) = serde_path_to_error::deserialize(&mut json)?;
    json.end().map_err(|error| Error::new(Track::new().path(), error))?;
    Ok(read)
}

impl Malformed {
    fn unreadable(reason: String) -> Self {
        let mut faults = Faults::default();
        faults.add(&Path::root(), reason);
        Self { rest: None, faults }
    }
}

fn explain(text: &[u8], first: &Error) -> Malformed {
    let mut whole = match serde_json::from_slice::<Value>(text) {
        Ok(whole) => whole,
        Err(error) => return Malformed::unreadable(format!("not JSON: {error}")),
    };
    let mut faults = Faults::default();
    // One deployment after the other: a fault must not cost reading all of them again.
    let deployments = match whole.get_mut("deployments") {
        Some(Value::Array(list)) => std::mem::take(list),
        _ => Vec::new(),
    };
    let rest = salvage::<Config>(whole, &Path::root(), &mut faults).map(|rest| {
        let list = Path::root().key("deployments");
        let read = |(index, value)| {
            salvage::<Deployment>(value, &list.index(index), &mut faults).unwrap_or_default()
        };
        Config { deployments: deployments.into_iter().enumerate().map(read).collect(), ..rest }
    });
    // A key that stands twice is seen in the text alone.
    let steps: Vec<Step> = first.path().iter().filter_map(Step::new).collect();
    let at = path_of(&Path::root(), &steps);
    let message = first.inner().to_string();
    if faults.is_empty() || message.starts_with("duplicate field") {
        faults.add(&at, message);
    }
    Malformed { rest, faults }
}

/// Reads a value, taking out what cannot be read. None if the value itself cannot.
fn salvage<T: DeserializeOwned>(mut value: Value, path: &Path, faults: &mut Faults) -> Option<T> {
    let mut attempts: HashMap<String, usize> = HashMap::new();
    loop {
        let error = match from_text(value.to_string().as_bytes()) {
            Ok(read) => return Some(read),
            Err(error) => error,
        };
        let steps: Vec<Step> = error.path().iter().filter_map(Step::new).collect();
        let at = path_of(path, &steps);
        if !faults.know(&at) {
            let found = steps.iter().try_fold(&value, |value, step| step.of(value));
            faults.add(&at, reason(&error.inner().to_string(), found));
        }
        let attempt = attempts.entry(at.to_string()).or_default();
        take_out(&mut value, &steps, *attempt).then_some(())?;
        *attempt = attempt.saturating_add(1);
    }
}

/// One step from a value to a part of it.
enum Step {
    Key(String),
    Index(usize),
}

impl Step {
    fn new(segment: &Segment) -> Option<Self> {
        match segment {
            Segment::Map { key } => Some(Self::Key(key.clone())),
            Segment::Enum { variant } => Some(Self::Key(variant.clone())),
            Segment::Seq { index } => Some(Self::Index(*index)),
            Segment::Unknown => None,
        }
    }

    fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        match self {
            Self::Key(key) => value.get(key),
            Self::Index(index) => value.get(index),
        }
    }

    fn of_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value> {
        match self {
            Self::Key(key) => value.get_mut(key),
            Self::Index(index) => value.get_mut(index),
        }
    }
}

fn path_of(root: &Path, steps: &[Step]) -> Path {
    steps.iter().fold(root.clone(), |path, step| match step {
        Step::Key(key) => path.key(key),
        Step::Index(index) => path.index(*index),
    })
}

/// Serde's message, with the value in place of the name of its type.
fn reason(message: &str, found: Option<&Value>) -> String {
    // The position is one in the text that was read again, not in the one that was written.
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    if message.starts_with("unknown field") {
        let known = message.split_once(", expected ").map_or("none", |(_, known)| known);
        return format!("unknown key; known here: {}", known.trim_start_matches("one of "));
    }
    let Some(found) = found else { return message.to_owned() };
    let value = shortened(&found.to_string());
    match message.split_once(", expected ") {
        Some((_, known)) if found.is_object() && message.starts_with("unknown variant") => {
            format!("{value} is not an object of {known}")
        }
        Some((_, expected)) => {
            format!("{value} is not {}", expected.replace("a sequence", "a list"))
        }
        None => format!("{value} cannot stand here: {message}"),
    }
}

/// Removes the part that the steps lead to; false if nothing is left to remove. A list keeps its
/// other elements where they are: the one at fault gets a stand-in, another at each attempt.
fn take_out(value: &mut Value, steps: &[Step], attempt: usize) -> bool {
    let Some((last, to_parent)) = steps.split_last() else { return false };
    let parent = to_parent.iter().try_fold(&mut *value, |value, step| step.of_mut(value));
    match (parent, last) {
        (Some(Value::Object(members)), Step::Key(key)) if members.contains_key(key) => {
            members.remove(key).is_some()
        }
        (Some(Value::Array(elements)), Step::Index(index)) if *index < elements.len() => {
            let stand_in = match attempt {
                0 => Some(Value::Object(Map::default())),
                1 => Some(Value::String(String::new())),
                2 => index.checked_add(1).and_then(|next| elements.get(next).cloned()),
                _ => None,
            };
            match (stand_in, elements.get_mut(*index)) {
                (Some(stand_in), Some(element)) => *element = stand_in,
                _ => elements.truncate(*index),
            }
            true
        }
        _ => take_out(value, to_parent, attempt),
    }
}
