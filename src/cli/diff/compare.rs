//! What changes for the users of each deployment.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Side;
use crate::rules::{Weight, config, salt_of, share, weight_at};

/// What changes for the users of a deployment.
#[derive(Debug, Default)]
pub struct Change {
    pub name: String,
    /// The name before, if it was another.
    pub old_name: Option<String>,
    pub weight: (Held, Held),
    /// Shares of all users, 0 to 1.
    pub to_green: f64,
    pub to_blue: f64,
    /// Whether the shares are exact, and not what is to be expected.
    pub is_exact: bool,
    /// What reshuffles everybody.
    pub reshuffles: Vec<String>,
    /// Other changes.
    pub notes: Vec<String>,
    /// Keys that move, where keys were given.
    pub keys: Option<super::moved::Moved>,
}

/// Who holds the weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Held {
    /// The deployment is not there.
    #[default]
    Nowhere,
    Filter(Weight),
    Route,
}

impl Held {
    fn buckets(self) -> u128 {
        match self {
            Self::Filter(weight) => weight.buckets(),
            Self::Nowhere | Self::Route => 0,
        }
    }
}

impl Change {
    /// Whether users of green go back to blue.
    pub fn is_backward(&self) -> bool {
        self.to_blue > 0.0
    }

    fn is_nothing(&self) -> bool {
        self.weight.0 == self.weight.1 && self.reshuffles.is_empty() && self.notes.is_empty()
    }
}

/// Compares two configurations at a point in time, nanoseconds since 1970.
pub fn compare(
    before: Option<&Side>,
    after: Option<&Side>,
    now: u64,
) -> (Vec<Change>, Vec<String>) {
    let of = |side: Option<&Side>| -> Vec<usize> {
        (0..side.map_or(0, |side| side.accepted.deployments().len())).collect()
    };
    let mut left: Vec<usize> = of(before);
    let (mut changes, mut added) = (Vec::new(), Vec::new());
    for index in of(after) {
        let name = |side: &Side, index: usize| deployment(side, index).map(|one| one.name.clone());
        let own = after.and_then(|side| name(side, index));
        let place = left.iter().position(|old| before.and_then(|side| name(side, *old)) == own);
        match place {
            Some(place) => {
                changes.push(change(before, Some(left.remove(place)), after, Some(index), now));
            }
            None => added.push(index),
        }
    }
    for index in added {
        // Another name for the same requests.
        let place = left.iter().position(|old| {
            let matches = |side: Option<&Side>, index| member(side, index, "match").cloned();
            matches(before, *old) == matches(after, index)
        });
        let old = place.map(|place| left.remove(place));
        changes.push(change(before, old, after, Some(index), now));
    }
    changes.extend(left.into_iter().map(|old| change(before, Some(old), after, None, now)));
    changes.retain(|change| !change.is_nothing());
    (changes, notes(before, after))
}

fn deployment(side: &Side, index: usize) -> Option<&config::Deployment> {
    side.accepted.deployments().get(index)
}

/// A member of a deployment as it is written.
fn member<'a>(side: Option<&'a Side>, index: usize, key: &str) -> Option<&'a Value> {
    side?.json.get("deployments")?.get(index)?.get(key)
}

/// A member, or that of the defaults.
fn effective<'a>(side: Option<&'a Side>, index: usize, key: &str) -> Option<&'a Value> {
    member(side, index, key).or_else(|| side?.json.get("defaults")?.get(key))
}

fn change(
    before: Option<&Side>,
    old: Option<usize>,
    after: Option<&Side>,
    new: Option<usize>,
    now: u64,
) -> Change {
    let of = |side: Option<&Side>, index: Option<usize>| -> (String, Held, String) {
        let found =
            side.zip(index).and_then(|(side, index)| Some((side, deployment(side, index)?)));
        found.map_or_else(Default::default, |(side, deployment)| {
            let held = weight_at(deployment, now).map_or(Held::Route, Held::Filter);
            (deployment.name.clone(), held, salt_of(&side.accepted, deployment).to_string())
        })
    };
    let (old_name, was, old_salt) = of(before, old);
    let (new_name, is, new_salt) = of(after, new);
    let mut change = Change {
        old_name: (old.is_some() && new.is_some() && old_name != new_name)
            .then(|| old_name.clone()),
        name: if new.is_some() { new_name } else { old_name },
        weight: (was, is),
        is_exact: true,
        ..Change::default()
    };
    if let (Some(old), Some(new)) = (old, new) {
        if old_salt != new_salt {
            let by_name =
                if change.old_name.is_some() { " (the name, for no salt is set)" } else { "" };
            change.reshuffles.push(format!("the salt: `{old_salt}` → `{new_salt}`{by_name}"));
        }
        reshuffles(before, old, after, new, &mut change);
    }
    moves(&mut change);
    change
}

/// What else decides about keys and requests.
fn reshuffles(
    before: Option<&Side>,
    old: usize,
    after: Option<&Side>,
    new: usize,
    change: &mut Change,
) {
    let keys = |side, index| effective(side, index, "sticky").and_then(|sticky| sticky.get("keys"));
    let (was, is) = (keys(before, old), keys(after, new));
    if was != is {
        let text = |keys: Option<&Value>| keys.map_or_else(|| "none".to_owned(), Value::to_string);
        change.reshuffles.push(format!("the keys: {} → {}", text(was), text(is)));
    }
    if member(before, old, "match") != member(after, new, "match") {
        change.reshuffles.push(OTHER_MATCH.to_owned());
    }
    let all = |side: Option<&Side>, index| -> BTreeSet<String> {
        let keys = |value: Option<&Value>| -> Vec<String> {
            let members = value.and_then(Value::as_object);
            members.into_iter().flat_map(|members| members.keys().cloned()).collect()
        };
        let own = side.and_then(|side| side.json.get("deployments")?.get(index));
        let defaults = side.and_then(|side| side.json.get("defaults"));
        keys(own).into_iter().chain(keys(defaults)).collect()
    };
    for key in all(before, old).union(&all(after, new)) {
        let is_told = matches!(key.as_str(), "name" | "match" | "green_weight" | "rollback");
        let (was, is) = (effective(before, old, key), effective(after, new, key));
        if is_told || was == is {
            continue;
        }
        match key.as_str() {
            "sticky" => {
                let rest = |value: Option<&Value>| {
                    let mut rest = value?.as_object()?.clone();
                    rest.retain(|key, _| !matches!(key.as_str(), "keys" | "salt" | "salt_env"));
                    Some(rest)
                };
                if rest(was).unwrap_or_default() != rest(is).unwrap_or_default() {
                    change.notes.push("`sticky` changes besides keys and salt".to_owned());
                }
            }
            // An override may hold a secret.
            _ => change.notes.push(format!("`{key}` changes")),
        }
    }
}

/// Whoever belongs to a deployment keeps the bucket, but others may belong to it.
const OTHER_MATCH: &str = "the match: other requests belong to it";

/// Who moves, by arithmetic.
fn moves(change: &mut Change) {
    let (Held::Nowhere | Held::Filter(_), Held::Nowhere | Held::Filter(_)) = change.weight else {
        change.is_exact = false;
        change.notes.push("the route holds the weight: who moves depends on it".to_owned());
        return;
    };
    let (was, is) = (change.weight.0.buckets(), change.weight.1.buckets());
    let keeps_buckets = change.reshuffles.iter().all(|reason| reason == OTHER_MATCH);
    change.is_exact = change.reshuffles.is_empty();
    if keeps_buckets {
        // Buckets stay, so a rising weight only adds users, and a falling one takes the last away.
        change.to_green = share(is.saturating_sub(was));
        change.to_blue = share(was.saturating_sub(is));
    } else {
        let (was, is) = (share(was), share(is));
        change.to_green = (1.0 - was) * is;
        change.to_blue = was * (1.0 - is);
    }
}

/// Changes of what all deployments share.
fn notes(before: Option<&Side>, after: Option<&Side>) -> Vec<String> {
    let mut notes = Vec::new();
    match (before, after) {
        (None, Some(_)) => notes.push("the configuration is new".to_owned()),
        (Some(_), None) => {
            notes.push("the configuration is gone: blue serves everybody".to_owned());
        }
        _ => {}
    }
    let get = |side: Option<&Side>, key| side.and_then(|side| side.json.get(key)).cloned();
    for key in ["tags", "rollback", "explain"] {
        if get(before, key) != get(after, key) && before.is_some() && after.is_some() {
            notes.push(format!("`{key}` changes"));
        }
    }
    notes
}
