//! What `bluegreen check` takes.

use clap::{Args, ValueEnum};

use crate::output::Format;

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
    /// Find it good if there is no configuration.
    #[arg(long)]
    pub allow_none: bool,
    /// Write errors and warnings alone.
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Warnings, not only errors.
    Warnings,
}
