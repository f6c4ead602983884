//! A weight over time, as a table and as plots.

use std::io::Write;

use super::{names, new_table, plot, trimmed};
use crate::arguments::Simulate;
use crate::rules::{Accepted, config, percent, share, weight_at};
use crate::{Failure, clock};

/// How many points a plot has between the start and the end.
const POINTS: u32 = 200;

/// Points in time and shares of green.
pub struct Curve<'a> {
    pub name: &'a str,
    /// Hours since the ramp began, and percent.
    pub points: Vec<(f64, f64)>,
    /// Nanoseconds since 1970.
    pub start: u64,
}

pub fn ramp(arguments: &Simulate, accepted: &Accepted, out: &mut dyn Write) -> Result<(), Failure> {
    let names = names(arguments, accepted)?;
    let ramps = accepted.deployments().iter().filter(|deployment| {
        deployment.ramp.is_some() && names.contains(&deployment.name.as_str())
    });
    let mut curves = Vec::new();
    for deployment in ramps {
        let Some(curve) = write_one(deployment, out)? else { continue };
        curves.push(curve);
    }
    if curves.is_empty() {
        return Err(Failure::Told("no deployment has a `ramp`".to_owned()));
    }
    if let Some(file) = &arguments.svg {
        let svg = plot::svg(&curves).map_err(|reason| format!("{}: {reason}", file.display()))?;
        std::fs::write(file, svg).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

fn write_one<'a>(
    deployment: &'a config::Deployment,
    out: &mut dyn Write,
) -> Result<Option<Curve<'a>>, Failure> {
    let Some(ramp) = &deployment.ramp else { return Ok(None) };
    let start = clock::parse(&ramp.start)?;
    let after = |text: Option<&str>| {
        let duration = humantime::parse_duration(text.unwrap_or_default()).unwrap_or_default();
        u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
    };
    let steps: Vec<u64> = ramp.steps.iter().map(|step| after(step.after.as_deref())).collect();
    let end = steps.last().copied().unwrap_or_default();
    let percent_at = |elapsed: u64| {
        let weight = weight_at(deployment, start.saturating_add(elapsed));
        weight.map_or(0.0, |weight| share(weight.buckets()))
    };
    writeln!(out, "{}", deployment.name)?;
    let mut table = new_table(&["", "green"]);
    for elapsed in std::iter::once(0).chain(steps.iter().copied()) {
        let time = clock::shown(start.saturating_add(elapsed));
        table.add_row([time, format!("{} %", percent(percent_at(elapsed)))]);
    }
    writeln!(out, "{}", trimmed(&table))?;
    let hours = |elapsed: u64| std::time::Duration::from_nanos(elapsed).as_secs_f64() / 3600.0;
    let at = |point: u32| {
        let part = end.checked_div(u64::from(POINTS)).unwrap_or_default();
        let elapsed = if point == POINTS { end } else { part.saturating_mul(u64::from(point)) };
        (hours(elapsed), percent_at(elapsed) * 100.0)
    };
    let curve = Curve { name: &deployment.name, points: (0..=POINTS).map(at).collect(), start };
    write!(out, "{}", plot::terminal(&curve))?;
    Ok(Some(curve))
}
