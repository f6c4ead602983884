//! `bluegreen bucket`: where users are.

use std::io::{BufRead, Write};

use crate::arguments::Bucket;
use crate::keys::{self, Keys};
use crate::rules::{Secrets, Users};
use crate::{End, Failure, clock, select};

pub fn bucket(arguments: &Bucket, out: &mut dyn Write) -> Result<End, Failure> {
    let users = match (&arguments.salt, &arguments.deployment) {
        (Some(salt), _) => Users::of_salt(salt),
        (None, Some(name)) => {
            let inventory = select::read(&arguments.files)?;
            let found = select::one(&inventory, arguments.config.as_deref())?;
            let accepted = select::accepted(found, Secrets::StandIn)?;
            let now = arguments.at.unwrap_or_else(clock::now);
            Users::of_deployment(&accepted, name, now)?
        }
        (None, None) => {
            return Err(Failure::Told(
                "say --salt SALT, or --deployment NAME and --from FILE".into(),
            ));
        }
    };
    let users = match &arguments.weight {
        Some(weight) => users.at_weight(weight)?,
        None => users,
    };
    let mut line = String::with_capacity(128);
    let mut write = |key: &[u8]| {
        line.clear();
        users.write(key, &mut line);
        out.write_all(key)?;
        out.write_all(line.as_bytes())
    };
    if !arguments.keys.is_empty() {
        for key in &arguments.keys {
            write(key.as_bytes())?;
        }
        return Ok(End::Good);
    }
    let source = keys::source(arguments.csv.as_deref(), arguments.ndjson.as_deref());
    let input = std::io::stdin().lock();
    each(input, &source, |key| write(key))?;
    Ok(End::Good)
}

fn each(
    input: impl BufRead,
    source: &Keys<'_>,
    mut take: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> Result<(), Failure> {
    source.each(input, |key| take(key))
}
