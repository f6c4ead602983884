//! What the program asks the filter's rules. Nothing here decides: all of it calls them.

mod conditions;
mod flag;
mod host;
mod tags;
mod trace;

pub use bluegreen::config::{self, Config};
use bluegreen::table::Table;
use serde_json::Value;

pub use conditions::{Condition, conditions_of, hosts_of, misses, path_of};
pub use flag::{FlagSays, flag, is_cap};
pub use host::{Call, Metadata};
pub use tags::{Tag, TagKind, tags};
pub use trace::{Answer, Step, Trace, trace};

/// What the filter says of one configuration.
#[derive(Debug, Default)]
pub struct Verdict {
    /// In the order in which the filter says them.
    pub problems: Vec<Problem>,
    /// How many more errors there are.
    pub omitted: usize,
    /// None if there is an error.
    pub table: Option<Table>,
    /// As it is written; None if there is an error.
    pub config: Option<Config>,
}

/// An error, or something that the filter warns of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `deployments[0].green_weight`; empty for the whole.
    pub path: String,
    pub reason: String,
    pub is_error: bool,
}

/// What is said of a secret that only the proxy's environment holds.
const SECRET_IS_ELSEWHERE: &str = "names nothing in the environment of the VM";

/// Reads a configuration as the filter does, but for secrets of the environment: they need not be
/// there.
pub fn judge(json: &str) -> Verdict {
    let faults = match Table::from_json(json.as_bytes()) {
        Ok(table) => return Verdict { table: Some(table), config: read(json), ..Verdict::default() },
        Err(faults) => faults,
    };
    let problems: Vec<_> = (faults.iter())
        .map(|fault| split(&fault.to_string()))
        .filter(|problem| problem.reason != SECRET_IS_ELSEWHERE)
        .collect();
    let table = problems.is_empty().then(|| with_stand_ins(json)).flatten();
    let config = table.is_some().then(|| read(json)).flatten();
    Verdict { problems, omitted: faults.untold(), table, config }
}

fn read(json: &str) -> Option<Config> {
    config::read::read(json.as_bytes()).ok()
}

/// The table, with a secret that nobody has in place of each that is elsewhere.
fn with_stand_ins(json: &str) -> Option<Table> {
    let mut config: Value = serde_json::from_str(json).ok()?;
    replace_secrets(&mut config);
    Table::from_json(config.to_string().as_bytes()).ok()
}

fn replace_secrets(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if members.get("secret_env").is_some_and(Value::is_string) {
                members.remove("secret_env");
                members.insert("secret_base64".to_owned(), "AAAAAAAAAAAAAAAAAAAAAA==".into());
            }
            members.values_mut().for_each(replace_secrets);
        }
        Value::Array(elements) => elements.iter_mut().for_each(replace_secrets),
        _ => {}
    }
}

/// Path and reason of an error's text.
fn split(text: &str) -> Problem {
    let problem = |path: &str, reason: &str| Problem {
        path: path.to_owned(),
        reason: reason.to_owned(),
        is_error: true,
    };
    let is_path = |path: &&(&str, &str)| {
        path.0.starts_with(|first: char| first.is_ascii_lowercase() || first == '"')
            && (!path.0.contains(' ') || path.0.contains('"'))
    };
    match text.split_once(": ").as_ref().filter(is_path) {
        Some((path, reason)) => problem(path, reason),
        None => problem("", text),
    }
}

