//! What `bluegreen diff` takes.

use clap::{Args, ValueEnum};

use super::UserFile;
use crate::clock;

/// Tells who moves if a change is pushed, and what would reshuffle everybody.
#[derive(Args)]
#[command(after_help = "Examples:
  bluegreen diff main:routing.yaml routing.yaml
  bluegreen diff --format markdown --deny reshuffle HEAD~1:manifests manifests
  bluegreen diff --keys users.csv --csv user_id old.yaml new.yaml")]
pub struct Diff {
    /// Before: a file, a folder, `-` for standard input, or REV:PATH of git.
    pub old: String,
    /// After.
    pub new: String,
    /// A part of the configuration's name, where there are several.
    #[arg(long)]
    pub config: Option<String>,
    /// How changes are written.
    #[arg(long, value_enum, default_value = "text")]
    pub format: DiffFormat,
    /// What makes the exit code 1.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub deny: Vec<DiffDeny>,
    #[command(flatten)]
    pub users: UserFile,
    /// When [default: now], RFC 3339: for the weight of a ramp.
    #[arg(long, value_parser = clock::parse, value_name = "TIME")]
    pub at: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people.
    Text,
    /// For a comment of a pull request.
    Markdown,
    /// For programs.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffDeny {
    /// Users change variants though no weight says so.
    Reshuffle,
    /// Users go back from green to blue.
    Backward,
}
