//! The one configuration that a command is about.

use crate::check::{self, Judged};
use crate::find::{Found, Inventory};
use crate::rules::{Accepted, Secrets};
use crate::{Failure, find, source};

/// Reads the configurations of some files.
pub fn read(files: &[String]) -> Result<Inventory, Failure> {
    Ok(find::find(&source::read_all(files)?, false))
}

/// The configuration whose name or file holds a text, or the only one.
pub fn one<'a>(inventory: &'a Inventory, wanted: Option<&str>) -> Result<&'a Found, Failure> {
    let is_wanted = |found: &&Found| {
        wanted.is_none_or(|part| found.label.contains(part) || found.file().contains(part))
    };
    let found: Vec<_> = inventory.configurations.iter().filter(is_wanted).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let reasons: Vec<String> = inventory
                .findings
                .iter()
                .map(|finding| format!("\n  {}", finding.text()))
                .collect();
            Err(Failure::Told(format!("no routing configuration was found{}", reasons.concat())))
        }
        several => {
            let names: Vec<String> = several
                .iter()
                .map(|found| format!("\n  {}: {}", found.file(), found.label))
                .collect();
            Err(Failure::Told(format!(
                "there are several configurations: choose one with --config and a part of its \
                 name{}",
                names.concat()
            )))
        }
    }
}

/// What the filter makes of a configuration that it accepts.
pub fn accepted(found: &Found, secrets: Secrets) -> Result<Accepted, Failure> {
    let Judged { verdict, .. } = check::judge(found, secrets);
    if let Some(accepted) = verdict.accepted {
        return Ok(accepted);
    }
    let first = verdict.problems.first().map(|problem| {
        let colon = if problem.path.is_empty() { "" } else { ": " };
        format!("{}{colon}{}", problem.path, problem.reason)
    });
    Err(Failure::Told(format!(
        "{}: the filter rejects {}: {}; `bluegreen check` shows all errors",
        found.file(),
        found.label,
        first.unwrap_or_default()
    )))
}
