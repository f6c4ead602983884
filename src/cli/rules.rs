//! What the program asks the filter's rules. Nothing here decides: all of it calls them.

use std::collections::BTreeSet;

pub use bluegreen::config::Config;
use bluegreen::config::{self, HeaderMatch};
use bluegreen::matching::HostPattern;
use bluegreen::rollback::Flag;
use bluegreen::split::Weight;
use bluegreen::table::Table;
use bluegreen::wire::encode;
use serde_json::Value;

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

/// What a tag says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagKind {
    Variant,
    Cluster,
    Mirror,
    Bucket,
    FilterState,
}

/// A tag that is switched on.
pub struct Tag {
    pub kind: TagKind,
    /// As routes name it, in lower case.
    pub name: String,
    /// Its path below `tags`.
    pub key: &'static str,
    /// The member of `tags` that switches it.
    pub member: &'static str,
    /// Whether any deployment has something to write to it.
    pub is_written: bool,
}

/// The tags of a configuration.
pub fn tags(config: &Config) -> Vec<Tag> {
    let tags = &config.tags;
    let any = |has: fn(&config::Deployment) -> bool| config.deployments.iter().any(has);
    let has_clusters = any(|deployment| deployment.clusters.is_some());
    let own_mirror = any(|deployment| matches!(&deployment.mirror, Some(Some(_))));
    let is_mirrored = has_clusters && (own_mirror || config.defaults.mirror.is_some());
    let header = |kind, name: Option<&String>, key, is_written| {
        let name = name?.to_ascii_lowercase();
        Some(Tag { kind, name, key, member: key, is_written })
    };
    let bucket = tags.bucket_header.as_ref().map(|bucket| Tag {
        kind: TagKind::Bucket,
        name: bucket.name.to_ascii_lowercase(),
        key: "bucket_header.name",
        member: "bucket_header",
        is_written: true,
    });
    let state = tags.filter_state.as_ref().map(|name| Tag {
        kind: TagKind::FilterState,
        name: format!("wasm.{name}").to_ascii_lowercase(),
        key: "filter_state",
        member: "filter_state",
        is_written: true,
    });
    [
        header(TagKind::Variant, tags.variant_header.as_ref(), "variant_header", true),
        header(TagKind::Cluster, tags.cluster_header.as_ref(), "cluster_header", has_clusters),
        header(TagKind::Mirror, tags.mirror_header.as_ref(), "mirror_header", is_mirrored),
        bucket,
        state,
    ]
    .into_iter()
    .flatten()
    .collect()
}

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

/// The hosts of a deployment in the filter's form; one empty text for any host.
pub fn hosts_of(deployment: &config::Deployment) -> Vec<String> {
    let Some(hosts) = &deployment.matches.hosts else { return vec![String::new()] };
    let form = |host: &String| {
        let pattern = HostPattern::parse(host).ok()?;
        String::from_utf8(pattern.as_bytes().to_vec()).ok()
    };
    hosts.iter().filter_map(form).collect()
}

/// The condition on the path, in a form in which equal conditions are equal texts.
pub fn path_of(deployment: &config::Deployment) -> String {
    match (&deployment.matches.path, &deployment.matches.path_prefix) {
        (Some(path), _) => format!("={path}"),
        (None, Some(prefix)) => prefix.clone(),
        (None, None) => String::new(),
    }
}

/// A condition on a header.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    name: String,
    exact: Option<String>,
    prefix: Option<String>,
    present: Option<bool>,
}

/// The conditions of a deployment besides host and path.
pub fn conditions_of(deployment: &config::Deployment) -> Vec<Condition> {
    let condition = |header: &HeaderMatch| Condition {
        name: header.name.to_ascii_lowercase(),
        exact: header.exact.clone(),
        prefix: header.prefix.clone(),
        present: header.present,
    };
    let conditions: BTreeSet<_> = deployment.matches.headers.iter().map(condition).collect();
    conditions.into_iter().collect()
}

impl Condition {
    /// Whether what meets this condition meets the other too.
    pub fn implies(&self, other: &Self) -> bool {
        let starts = |value: &Option<String>, prefix: &str| {
            value.as_ref().is_some_and(|value| value.starts_with(prefix))
        };
        self == other
            || (self.name == other.name
                && match (&other.exact, &other.prefix, other.present) {
                    (None, Some(prefix), None) => {
                        starts(&self.exact, prefix) || starts(&self.prefix, prefix)
                    }
                    (None, None, Some(true)) => self.exact.is_some() || self.prefix.is_some(),
                    _ => false,
                })
    }
}
