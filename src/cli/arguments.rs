//! What the program understands.

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::output::Format;

/// Blue-green traffic for ML models behind Envoy and Istio.
///
/// Exit codes: 0 all is well, 1 something was found, 2 the command could not do its work.
#[derive(Parser)]
#[command(version)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    Check(Check),
    /// Prints the JSON Schema of the routing configuration, for editors.
    Schema,
}

/// Checks routing configurations as the filter does, and with them the routes around.
#[derive(Args)]
#[command(after_help = "Examples:
  bluegreen check envoy/istio
  kubectl kustomize overlays/production | bluegreen check -
  bluegreen check --format sarif --deny warnings manifests > bluegreen.sarif")]
pub struct Check {
    /// Files, folders, `-` for standard input, or REV:PATH of git.
    #[arg(required = true)]
    pub files: Vec<String>,
    /// How findings are written.
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// What else makes the exit code 1.
    #[arg(long, value_enum)]
    pub deny: Option<Deny>,
    /// Take each file for a configuration, whatever it holds.
    #[arg(long)]
    pub bare: bool,
    /// Write errors and warnings alone.
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Warnings, not only errors.
    Warnings,
}
