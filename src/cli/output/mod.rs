//! Findings in the formats that people and programs read.

mod github;
mod json;
mod sarif;
mod text;

use std::io::{self, Write};

use clap::ValueEnum;

use crate::find::Found;
use crate::finding::{Finding, Level};

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: the line of the file with a caret below it.
    Text,
    /// One object with all configurations and findings.
    Json,
    /// SARIF 2.1.0, for GitHub's code scanning and others.
    Sarif,
    /// Workflow commands: annotations of a pull request in GitHub Actions.
    Github,
}

/// What was checked.
pub struct Report<'a> {
    pub configurations: &'a [Found],
    pub findings: &'a [Finding],
    pub is_quiet: bool,
}

impl Report<'_> {
    pub fn write(&self, format: Format, to: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Text => text::write(self, to),
            Format::Json => json::write(self, to),
            Format::Sarif => sarif::write(self, to),
            Format::Github => github::write(self, to),
        }
    }

    fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }
}

/// A number with its noun.
pub fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
