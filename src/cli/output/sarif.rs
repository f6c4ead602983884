//! Findings as SARIF 2.1.0.

use std::io::{self, Write};

use serde_sarif::sarif::{
    ArtifactLocation, Location, LogicalLocation, Message, MultiformatMessageString,
    PhysicalLocation, Region, ReportingConfiguration, ReportingDescriptor, Result as Entry,
    ResultLevel, Run, SCHEMA_URL, Sarif, Tool, ToolComponent,
};

use super::Report;
use crate::finding::{Finding, Level, Rule};
use crate::source::Place;

pub fn write(report: &Report<'_>, to: &mut dyn Write) -> io::Result<()> {
    let driver = ToolComponent::builder()
        .name("bluegreen")
        .version(env!("CARGO_PKG_VERSION"))
        .rules(Rule::ALL.into_iter().map(rule).collect::<Vec<_>>())
        .build();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .results(report.findings.iter().map(entry).collect::<Vec<_>>())
        .build();
    let log = Sarif::builder().schema(SCHEMA_URL).version("2.1.0").runs(vec![run]).build();
    serde_json::to_writer_pretty(&mut *to, &log)?;
    writeln!(to)
}

fn rule(rule: Rule) -> ReportingDescriptor {
    let text = MultiformatMessageString::builder().text(rule.description()).build();
    let level = serde_json::to_value(level(rule.level())).unwrap_or_default();
    let defaults = ReportingConfiguration::builder().level(level).build();
    ReportingDescriptor::builder()
        .id(rule.name())
        .short_description(text)
        .default_configuration(defaults)
        .build()
}

fn level(level: Level) -> ResultLevel {
    match level {
        Level::Error => ResultLevel::Error,
        Level::Warning => ResultLevel::Warning,
        Level::Note => ResultLevel::Note,
    }
}

fn entry(finding: &Finding) -> Entry {
    let help = finding.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    let mut location = Location::builder().build();
    location.physical_location = finding.place.as_ref().map(physical);
    let logical = finding.label.as_ref().map(|label| {
        let path = finding.path.as_deref().unwrap_or_default();
        LogicalLocation::builder().fully_qualified_name(format!("{label}: {path}")).build()
    });
    location.logical_locations = logical.map(|logical| vec![logical]);
    let message = Message::builder().text(finding.text() + &help).build();
    let mut entry = Entry::builder().message(message).rule_id(finding.rule.name()).build();
    entry.level = Some(level(finding.level));
    entry.locations = Some(vec![location]);
    entry
}

fn physical(place: &Place) -> PhysicalLocation {
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let (start, end) = (place.position(), place.end());
    let region = Region::builder()
        .start_line(number(start.line))
        .start_column(number(start.column))
        .end_line(number(end.line))
        .end_column(number(end.column))
        .build();
    let artifact = ArtifactLocation::builder().uri(uri(place.file())).build();
    PhysicalLocation::builder().artifact_location(artifact).region(region).build()
}

/// A path as a relative URI reference.
fn uri(path: &str) -> String {
    path.trim_start_matches("./").replace('%', "%25").replace(' ', "%20")
}
