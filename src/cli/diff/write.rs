//! Changes for reviewers.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::json;

use super::Pair;
use super::compare::{Change, Held};
use crate::arguments::DiffFormat;
use crate::rules::{percent, share};

/// How many keys are listed for people.
const MOST_KEYS: usize = 20;

pub fn write(pairs: &[Pair], format: DiffFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        DiffFormat::Text => text(pairs, out),
        DiffFormat::Markdown => markdown(pairs, out),
        DiffFormat::Json => {
            let pairs: Vec<_> = pairs.iter().map(object).collect();
            writeln!(out, "{:#}", json!({"configurations": pairs}))
        }
    }
}

fn text(pairs: &[Pair], out: &mut dyn Write) -> io::Result<()> {
    let red = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
    for pair in pairs {
        writeln!(out, "{}", pair.label)?;
        if pair.changes.is_empty() {
            writeln!(out, "  nobody moves")?;
        }
        for change in &pair.changes {
            writeln!(out, "  {}: weight {}", title(change), weights(change))?;
            for reason in &change.reshuffles {
                writeln!(out, "    {red}reshuffles everybody{red:#}: {reason}")?;
            }
            writeln!(out, "    {}", moves(change))?;
            keys(change, "    ", out)?;
            for note in &change.notes {
                writeln!(out, "    {note}")?;
            }
        }
        for note in &pair.notes {
            writeln!(out, "  {note}")?;
        }
    }
    Ok(())
}

fn markdown(pairs: &[Pair], out: &mut dyn Write) -> io::Result<()> {
    for pair in pairs {
        writeln!(out, "### {}\n", pair.label)?;
        if pair.changes.is_empty() {
            writeln!(out, "Nobody moves.")?;
        } else {
            writeln!(out, "| deployment | weight | who moves |\n|---|---|---|")?;
        }
        for change in &pair.changes {
            let reasons = change
                .reshuffles
                .iter()
                .map(|reason| format!("**reshuffles everybody**: {}", reason.replace('|', "\\|")));
            let told: Vec<_> = reasons.chain([moves(change)]).collect();
            let (name, weights) = (title(change), weights(change));
            writeln!(out, "| {name} | {weights} | {} |", told.join("<br>"))?;
        }
        let notes = pair.changes.iter().flat_map(|change| {
            change.notes.iter().map(move |note| format!("{}: {note}", change.name))
        });
        for (index, note) in notes.chain(pair.notes.iter().cloned()).enumerate() {
            let before = if index == 0 { "\n" } else { "" };
            writeln!(out, "{before}- {note}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn keys(change: &Change, indent: &str, out: &mut dyn Write) -> io::Result<()> {
    let Some(moved) = &change.keys else { return Ok(()) };
    for (keys, to) in [(&moved.to_green, "green"), (&moved.to_blue, "blue")] {
        if keys.is_empty() {
            continue;
        }
        let shown: Vec<_> = keys.iter().take(MOST_KEYS).map(String::as_str).collect();
        let left = keys.len().saturating_sub(MOST_KEYS);
        let more = if left > 0 { format!(" and {left} more") } else { String::new() };
        writeln!(
            out,
            "{indent}{} of {} keys move to {to}: {}{more}",
            keys.len(),
            moved.count,
            shown.join(", ")
        )?;
    }
    Ok(())
}

fn title(change: &Change) -> String {
    match &change.old_name {
        Some(old) => format!("{} (was {old})", change.name),
        None => change.name.clone(),
    }
}

fn weights(change: &Change) -> String {
    let (was, is) = change.weight;
    if was == is { held(was) } else { format!("{} → {}", held(was), held(is)) }
}

fn held(held: Held) -> String {
    match held {
        Held::Nowhere => "none".to_owned(),
        Held::Route => "the route's".to_owned(),
        Held::Filter(weight) => format!("{} %", percent(share(weight.buckets()))),
    }
}

fn moves(change: &Change) -> String {
    let about = if change.is_exact { "" } else { "about " };
    let part =
        |share: f64, way: &str| format!("{about}{} % of the users move {way}", percent(share));
    let forward = part(change.to_green, "from blue to green");
    let backward = part(change.to_blue, "back from green to blue");
    match (change.to_green > 0.0, change.to_blue > 0.0) {
        (true, true) => format!("{forward}, {backward}"),
        (true, false) => forward,
        (false, true) => backward,
        (false, false) => "nobody moves by the weight".to_owned(),
    }
}

fn object(pair: &Pair) -> serde_json::Value {
    let weight = |held: Held| match held {
        Held::Filter(weight) => json!(percent(share(weight.buckets()))),
        Held::Nowhere | Held::Route => serde_json::Value::Null,
    };
    let changes: Vec<_> = (pair.changes.iter())
        .map(|change| {
            let keys = change.keys.as_ref().map(|moved| {
                json!({
                    "count": moved.count,
                    "to_green": moved.to_green,
                    "to_blue": moved.to_blue,
                })
            });
            json!({
                "deployment": change.name,
                "old_name": change.old_name,
                "weight": {"old": weight(change.weight.0), "new": weight(change.weight.1)},
                "to_green_percent": percent(change.to_green),
                "to_blue_percent": percent(change.to_blue),
                "is_exact": change.is_exact,
                "reshuffles": change.reshuffles,
                "notes": change.notes,
                "keys": keys,
            })
        })
        .collect();
    json!({"label": pair.label, "changes": changes, "notes": pair.notes})
}
