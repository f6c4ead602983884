//! `bluegreen explain`: why one request is decided as it is.

mod curl;
mod request;

use std::io::Write;

use serde_json::json;

use crate::arguments::{Explain, Output};
use crate::rules::{self, Accepted, Answer, Call, Decided, Secrets, Trace};
use crate::{End, Failure, select};

/// How many other deployments are named.
const MOST_OTHERS: usize = 10;

/// A deployment that the request does not belong to.
struct Other<'a> {
    name: &'a str,
    index: usize,
    /// What does not match; nothing if another comes before it.
    misses: Vec<&'static str>,
}

pub fn explain(arguments: &Explain, out: &mut dyn Write) -> Result<End, Failure> {
    let inventory = select::read(&arguments.chosen.files)?;
    let found = select::one(&inventory, arguments.chosen.config.as_deref())?;
    let accepted = select::accepted(found, Secrets::Environment)?;
    let call = request::from(arguments)?;
    let trace = rules::trace(&accepted, &call);
    let others = others(&accepted, &call, trace.deployment.as_ref());
    match arguments.format {
        Output::Text => write_text(&accepted, &call, &trace, &others, out)?,
        Output::Json => {
            let all = object(&trace, &others);
            writeln!(out, "{all:#}")?;
        }
    }
    Ok(if trace.deployment.is_some() { End::Good } else { End::Found })
}

fn others<'a>(accepted: &'a Accepted, call: &Call, chosen: Option<&Decided>) -> Vec<Other<'a>> {
    let headers = call.encoded();
    let mut others: Vec<_> = (accepted.deployments().iter().enumerate())
        .filter(|(_, other)| chosen.is_none_or(|chosen| chosen.name != other.name))
        .map(|(index, other)| Other {
            name: &other.name,
            index,
            misses: rules::misses(other, &accepted.table, &headers),
        })
        .collect();
    // Those that come close stand first.
    others.sort_by_key(|other| (other.misses.len(), other.index));
    others
}

fn write_text(
    accepted: &Accepted,
    call: &Call,
    trace: &Trace,
    others: &[Other<'_>],
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let header = |name: &str| {
        let found = call.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    writeln!(out, "request     {} {}{}", header(":method"), header(":authority"), header(":path"))?;
    match &trace.deployment {
        Some(decided) => write_decision(accepted, decided, out)?,
        None => {
            writeln!(
                out,
                "deployment  none matches: no tag is written, the untagged route serves"
            )?;
        }
    }
    let written: Vec<_> = (trace.headers.iter())
        .map(|(name, value)| match value {
            Some(value) => format!("{name}: {value}"),
            None => format!("{name} is removed"),
        })
        .chain(
            trace.filter_state.iter().map(|(name, value)| format!("filter state {name}: {value}")),
        )
        .collect();
    write_list("Written to the request", &written, out)?;
    let response: Vec<_> =
        trace.response.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    write_list("Written to the response", &response, out)?;
    write_list("Written to Envoy's log", &trace.warnings, out)?;
    let mut lines: Vec<_> = others.iter().take(MOST_OTHERS).map(Other::line).collect();
    let left = others.len().saturating_sub(MOST_OTHERS);
    if left > 0 {
        lines.push(format!("and {left} more that do not match"));
    }
    write_list("Other deployments", &lines, out)
}

fn write_decision(
    accepted: &Accepted,
    decided: &Decided,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let mut deployments = accepted.deployments().iter();
    let index = deployments.position(|known| known.name == decided.name).unwrap_or_default();
    writeln!(out, "deployment  {} (deployments[{index}])", decided.name)?;
    let variant = match decided.variant {
        "route" => "as the route's weights say",
        variant => variant,
    };
    writeln!(out, "variant     {variant}, by {}", decided.reason)?;
    writeln!(out, "key         {}", decided.key)?;
    writeln!(out)?;
    for step in &decided.steps {
        let line = format!("  {:<28}{:<4} {}", step.name, step.answer.as_str(), step.why);
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn write_list(title: &str, lines: &[String], out: &mut dyn Write) -> Result<(), Failure> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    for line in lines {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

impl Other<'_> {
    fn line(&self) -> String {
        let why = if self.misses.is_empty() {
            "matches too, but less specifically or later in the list".to_owned()
        } else {
            format!("does not match by {}", self.misses.join(", "))
        };
        format!("{} (deployments[{}]): {why}", self.name, self.index)
    }
}

fn object(trace: &Trace, others: &[Other<'_>]) -> serde_json::Value {
    let pairs = |pairs: &[(String, String)]| -> serde_json::Value {
        pairs.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
    };
    let decided = trace.deployment.as_ref().map(|decided| {
        let steps: Vec<_> = (decided.steps.iter())
            .map(|step| {
                let answer = match step.answer {
                    Answer::Yes => Some(true),
                    Answer::No => Some(false),
                    Answer::NotAsked => None,
                };
                json!({"step": step.name, "decides": answer, "why": step.why})
            })
            .collect();
        json!({
            "name": decided.name,
            "variant": decided.variant,
            "reason": decided.reason,
            "key": decided.key,
            "bucket": decided.bucket,
            "weight": decided.weight,
            "steps": steps,
        })
    });
    let others: Vec<_> =
        (others.iter()).map(|other| json!({"name": other.name, "misses": other.misses})).collect();
    json!({
        "deployment": decided,
        "request_headers": trace.headers.iter()
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect::<Vec<_>>(),
        "filter_state": pairs(&trace.filter_state),
        "response_headers": pairs(&trace.response),
        "warnings": trace.warnings,
        "others": others,
    })
}
