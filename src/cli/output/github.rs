//! Workflow commands of GitHub Actions.

use std::io::{self, Write};

use super::Report;
use crate::finding::{Finding, Level};

pub fn write(report: &Report<'_>, to: &mut dyn Write) -> io::Result<()> {
    for finding in report.findings {
        writeln!(to, "{}", command(finding))?;
    }
    Ok(())
}

fn command(finding: &Finding) -> String {
    let level = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let mut properties = Vec::new();
    if let (Some(place), Some(position)) = (&finding.place, finding.position()) {
        properties.push(format!("file={}", property(place.file())));
        properties.push(format!("line={}", position.line));
        properties.push(format!("col={}", position.column));
    }
    let title = finding.label.as_deref().unwrap_or("bluegreen");
    properties.push(format!("title={}", property(&format!("{title} ({})", finding.rule.name()))));
    let help = finding.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    format!("::{level} {}::{}", properties.join(","), data(&(finding.text() + &help)))
}

/// What a message may not hold.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What a property may not hold either.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
