//! What `bluegreen sign` takes.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::clock;

/// Signs a token that sends a tester's requests to a variant.
#[derive(Args)]
#[command(after_help = "Examples:
  bluegreen sign --deployment fraud --key-id ci --secret-env BLUEGREEN_CI_SECRET
  bluegreen sign --deployment fraud,churn --from routing.yaml
  bluegreen sign --deployment fraud --variant blue --expires-in 10m --secret-file /run/secrets/ci

The secret never stands on the command line, where every process could read it.")]
pub struct Sign {
    /// The deployment that the token is for, or several with commas between them.
    #[arg(long, value_delimiter = ',', required = true, value_name = "NAME")]
    pub deployment: Vec<String>,
    /// Where the deployments are: files, folders or REV:PATH. Their `override` then names header,
    /// cookie and key, and the token is refused here that the filter would refuse.
    #[arg(long = "from", value_name = "FILE")]
    pub files: Vec<String>,
    /// A part of the configuration's name or file, where there are several.
    #[arg(long, requires = "files")]
    pub config: Option<String>,
    /// The variant.
    #[arg(long, value_enum, default_value = "green")]
    pub variant: Variant,
    /// For how long it is valid.
    #[arg(long, value_parser = humantime::parse_duration, default_value = "1h", value_name = "DURATION")]
    pub expires_in: Duration,
    /// The `id` of the key, where the deployment has several.
    #[arg(long, value_name = "ID")]
    pub key_id: Option<String>,
    /// A variable of the environment that holds the secret.
    #[arg(long, value_name = "VARIABLE")]
    pub secret_env: Option<String>,
    /// A file whose bytes are the secret, a line break at its end too.
    #[arg(long, value_name = "FILE", conflicts_with = "secret_env")]
    pub secret_file: Option<String>,
    /// The header of the deployment's `override` [default: x-bluegreen-override].
    #[arg(long, value_name = "NAME", conflicts_with = "files")]
    pub header: Option<String>,
    /// The cookie of the deployment's `override`.
    #[arg(long, value_name = "NAME", conflicts_with = "files")]
    pub cookie: Option<String>,
    /// What the line for curl asks for.
    #[arg(long, default_value = "https://…")]
    pub url: String,
    /// When it is signed [default: now], RFC 3339.
    #[arg(long, value_parser = clock::parse, value_name = "TIME")]
    pub at: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Variant {
    /// The current version.
    Blue,
    /// The new version.
    Green,
}

impl Variant {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Green => "green",
        }
    }
}
