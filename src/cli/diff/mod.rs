//! `bluegreen diff`: who moves if this is pushed.

mod compare;
mod moved;
mod write;

use std::io::Write;

use crate::arguments::{Diff, DiffDeny};
use crate::check;
use crate::find::{Found, Inventory};
use crate::rules::{Accepted, Secrets};
use crate::{End, Failure, clock, keys, select};

use compare::Change;

/// A configuration before and after.
pub struct Pair {
    label: String,
    changes: Vec<Change>,
    /// Changes that move nobody by themselves.
    notes: Vec<String>,
}

/// One side: as the filter takes it, and as it is written.
pub struct Side {
    accepted: Accepted,
    json: serde_json::Value,
}

pub fn diff(arguments: &Diff, out: &mut dyn Write) -> Result<End, Failure> {
    let old = select::read(std::slice::from_ref(&arguments.old))?;
    let new = select::read(std::slice::from_ref(&arguments.new))?;
    let now = arguments.at.unwrap_or_else(clock::now);
    let keys = keys::read(&arguments.users)?;
    let mut pairs = Vec::new();
    for (before, after) in pair(&old, &new, arguments.config.as_deref()) {
        let label = after.or(before).map_or("", |found| found.label.as_str()).to_owned();
        let before = before.map(side).transpose()?;
        let after = after.map(side).transpose()?;
        let (mut changes, notes) = compare::compare(before.as_ref(), after.as_ref(), now);
        if let Some(keys) = &keys {
            for change in &mut changes {
                change.keys =
                    Some(moved::moved(change, before.as_ref(), after.as_ref(), keys, now)?);
            }
        }
        pairs.push(Pair { label, changes, notes });
    }
    if pairs.is_empty() {
        return Err(Failure::Told("no routing configuration was found on either side".into()));
    }
    write::write(&pairs, arguments.format, out)?;
    let is_denied = |change: &Change| {
        arguments.deny.iter().any(|deny| match deny {
            DiffDeny::Reshuffle => !change.reshuffles.is_empty(),
            DiffDeny::Backward => change.is_backward(),
        })
    };
    let is_found = pairs.iter().flat_map(|pair| &pair.changes).any(is_denied);
    Ok(if is_found { End::Found } else { End::Good })
}

fn side(found: &Found) -> Result<Side, Failure> {
    let accepted = select::accepted(found, Secrets::StandIn)?;
    let json = check::json_of(found).map_err(str::to_owned)?;
    let json = serde_json::from_str(&json).map_err(|error| error.to_string())?;
    Ok(Side { accepted, json })
}

/// Configurations of the same name, or the only ones.
fn pair<'a>(
    old: &'a Inventory,
    new: &'a Inventory,
    wanted: Option<&str>,
) -> Vec<(Option<&'a Found>, Option<&'a Found>)> {
    let of = |inventory: &'a Inventory| -> Vec<&'a Found> {
        let is_wanted = |found: &&Found| wanted.is_none_or(|part| found.label.contains(part));
        inventory.configurations.iter().filter(is_wanted).collect()
    };
    let (old, mut new) = (of(old), of(new));
    if let ([before], [after]) = (old.as_slice(), new.as_slice()) {
        return vec![(Some(before), Some(after))];
    }
    let mut pairs = Vec::new();
    for before in old {
        let place = new.iter().position(|after| after.label == before.label);
        pairs.push((Some(before), place.map(|place| new.remove(place))));
    }
    pairs.extend(new.into_iter().map(|after| (None, Some(after))));
    pairs
}
