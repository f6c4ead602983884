//! The keys that move, one by one.

use super::Side;
use super::compare::Change;
use crate::rules::Users;

/// Keys that move, in the order in which they were given.
#[derive(Debug, Default)]
pub struct Moved {
    pub count: usize,
    pub to_green: Vec<String>,
    pub to_blue: Vec<String>,
}

/// The keys whose variant changes. Who has no deployment is on blue.
pub fn moved(
    change: &Change,
    before: Option<&Side>,
    after: Option<&Side>,
    keys: &[Vec<u8>],
    now: u64,
) -> Result<Moved, String> {
    let users = |side: Option<&Side>, name: &str| {
        let side =
            side.filter(|side| side.accepted.deployments().iter().any(|one| one.name == name));
        side.map(|side| Users::of_deployment(&side.accepted, name, now)).transpose()
    };
    let old = users(before, change.old_name.as_ref().unwrap_or(&change.name))?;
    let new = users(after, &change.name)?;
    let variant = |users: &Option<Users>, key: &[u8]| match users {
        Some(users) => users.variant(key),
        None => Some("blue"),
    };
    let mut moved = Moved { count: keys.len(), ..Moved::default() };
    for key in keys {
        let text = || String::from_utf8_lossy(key).into_owned();
        match (variant(&old, key), variant(&new, key)) {
            (Some("blue"), Some("green")) => moved.to_green.push(text()),
            (Some("green"), Some("blue")) => moved.to_blue.push(text()),
            _ => {}
        }
    }
    Ok(moved)
}
