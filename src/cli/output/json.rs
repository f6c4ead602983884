//! Findings for programs.

use std::io::{self, Write};

use serde_json::json;

use super::Report;
use crate::finding::{Finding, Level};
use crate::source::Place;

pub fn write(report: &Report<'_>, to: &mut dyn Write) -> io::Result<()> {
    let configurations: Vec<_> = (report.configurations.iter())
        .map(|found| json!({"file": found.file(), "label": found.label, "host": found.host.as_str()}))
        .collect();
    let findings: Vec<_> = report.findings.iter().map(object).collect();
    let all = json!({
        "configurations": configurations,
        "errors": report.count(Level::Error),
        "warnings": report.count(Level::Warning),
        "findings": findings,
    });
    writeln!(to, "{all:#}")
}

fn object(finding: &Finding) -> serde_json::Value {
    let position = finding.position();
    json!({
        "level": level(finding.level),
        "rule": finding.rule.name(),
        "message": finding.message,
        "path": finding.path,
        "label": finding.label,
        "help": finding.help,
        "file": finding.place.as_ref().map(Place::file),
        "line": position.as_ref().map(|position| position.line),
        "column": position.as_ref().map(|position| position.column),
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}
