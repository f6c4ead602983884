//! `bluegreen simulate`: how many users each variant gets.

mod plot;
mod ramp;

use std::io::Write;

use comfy_table::{CellAlignment, Table, presets};

use crate::arguments::Simulate;
use crate::rules::{Accepted, Secrets, Users, percent, share};
use crate::{End, Failure, clock, keys, select};

pub fn simulate(arguments: &Simulate, out: &mut dyn Write) -> Result<End, Failure> {
    let inventory = select::read(&arguments.chosen.files)?;
    let found = select::one(&inventory, arguments.chosen.config.as_deref())?;
    let accepted = select::accepted(found, Secrets::StandIn)?;
    if arguments.ramp {
        ramp::ramp(arguments, &accepted, out)?;
        return Ok(End::Good);
    }
    let keys = match keys::read(&arguments.users)? {
        Some(keys) => keys,
        None => (1..=arguments.count).map(|number| format!("user-{number}").into_bytes()).collect(),
    };
    if keys.is_empty() {
        return Err(Failure::Told("there are no keys".to_owned()));
    }
    let now = arguments.at.unwrap_or_else(clock::now);
    write_shares(arguments, &accepted, &keys, now, out)?;
    Ok(End::Good)
}

/// Names of the deployments that are asked for.
fn names<'a>(arguments: &'a Simulate, accepted: &'a Accepted) -> Result<Vec<&'a str>, Failure> {
    let all = accepted.deployments().iter().map(|deployment| deployment.name.as_str());
    let names: Vec<_> = all
        .filter(|name| arguments.deployment.as_ref().is_none_or(|wanted| wanted == name))
        .collect();
    match &arguments.deployment {
        Some(name) if names.is_empty() => {
            Err(Failure::Told(format!("no deployment is called `{name}`")))
        }
        _ => Ok(names),
    }
}

fn write_shares(
    arguments: &Simulate,
    accepted: &Accepted,
    keys: &[Vec<u8>],
    now: u64,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let mut table = new_table(&["deployment", "weight", "blue", "green", "green's share", "± 1 σ"]);
    let all = count(keys.len());
    for name in names(arguments, accepted)? {
        let users = Users::of_deployment(accepted, name, now)?;
        let Some(weight) = users.weight() else {
            table.add_row([name, "the route's", "", "", "", ""]);
            continue;
        };
        let green = keys.iter().filter(|key| users.variant(key) == Some("green")).count();
        let blue = keys.len().saturating_sub(green);
        let weight = share(weight.buckets());
        // Keys fall into buckets as by chance: a binomial distribution.
        let deviation = (weight * (1.0 - weight) / all).sqrt();
        table.add_row([
            name.to_owned(),
            format!("{} %", percent(weight)),
            blue.to_string(),
            green.to_string(),
            format!("{} %", percent(count(green) / all)),
            format!("{} %", percent(deviation)),
        ]);
    }
    writeln!(out, "{}", trimmed(&table))?;
    Ok(())
}

fn new_table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header.iter().copied());
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// A table without the spaces at the ends of its lines.
fn trimmed(table: &Table) -> String {
    let lines: Vec<_> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

fn count(number: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "it is shown with a few digits")]
    let number = number as f64;
    number
}
