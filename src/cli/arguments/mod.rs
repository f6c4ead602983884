//! What the program understands.

mod bucket;
mod check;
mod diff;
mod explain;
mod sign;
mod simulate;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

pub use bucket::Bucket;
pub use check::Check;
pub use diff::{Diff, DiffDeny, DiffFormat};
pub use explain::{Explain, Output};
pub use sign::Sign;
pub use simulate::Simulate;

/// Blue-green traffic for ML models behind Envoy and Istio.
///
/// Exit codes: 0 all is well, 1 something was found, 2 the command could not do its work.
#[derive(Parser)]
#[command(name = "bluegreen", version, propagate_version = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    Check(Check),
    Explain(Explain),
    Bucket(Bucket),
    Simulate(Simulate),
    Diff(Diff),
    Sign(Sign),
    /// Prints the JSON Schema of the routing configuration, for editors.
    Schema,
    /// Prints completions for a shell.
    #[command(after_help = "Example:
  bluegreen completions bash > ~/.local/share/bash-completion/completions/bluegreen")]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Prints the manual.
    Man {
        /// Write a page for each command into this folder.
        #[arg(long)]
        folder: Option<PathBuf>,
    },
}

/// The one configuration that a command is about.
#[derive(Args)]
pub struct Chosen {
    /// Files, folders, `-` for standard input, or REV:PATH of git.
    #[arg(required = true)]
    pub files: Vec<String>,
    /// A part of the configuration's name or file, where there are several.
    #[arg(long)]
    pub config: Option<String>,
}

/// Users that a command is about.
#[derive(Args)]
pub struct UserFile {
    /// Keys of users: one a line, or as --csv or --ndjson say.
    #[arg(long, value_name = "FILE")]
    pub keys: Option<String>,
    /// The keys are CSV with this column, by name or by number.
    #[arg(long, value_name = "COLUMN", conflicts_with = "ndjson", requires = "keys")]
    pub csv: Option<String>,
    /// The keys are objects with this key, one on each line.
    #[arg(long, value_name = "KEY", requires = "keys")]
    pub ndjson: Option<String>,
}
