//! What the program understands.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::clock;
use crate::output::Format;

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

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Tells why one request is decided as it is: which deployment, which key, which step.
#[derive(Args)]
#[command(after_help = "Examples:
  bluegreen explain routing.yaml --host fraud.example.com --path /v1/models/fraud:predict \\
    -H 'x-user-id: 4711'
  bluegreen explain routing.yaml --curl \"curl 'https://fraud.example.com/v1/models/fraud' -H 'cookie: uid=7'\"
  bluegreen explain routing.yaml --path /v1/models/fraud -H 'x-user-id: 4711' --flag fraud-scorer

Exit code 1: no deployment matches.")]
pub struct Explain {
    /// Files, folders, `-` for standard input, or REV:PATH of git.
    #[arg(required = true)]
    pub files: Vec<String>,
    /// A part of the configuration's name or file, where there are several.
    #[arg(long)]
    pub config: Option<String>,
    /// The host of the request.
    #[arg(long)]
    pub host: Option<String>,
    /// Its path, with the query.
    #[arg(long)]
    pub path: Option<String>,
    /// A header of it: `name: value`.
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    pub headers: Vec<String>,
    /// Its method [default: GET].
    #[arg(long)]
    pub method: Option<String>,
    /// The request as a command line of curl.
    #[arg(long, value_name = "LINE")]
    pub curl: Option<String>,
    /// The rollback flag in the metadata: true, a name, or a list in JSON.
    #[arg(long, value_name = "VALUE")]
    pub flag: Option<String>,
    /// The maximum weight in the metadata, in percent.
    #[arg(long, value_name = "PERCENT")]
    pub max_green_weight: Option<String>,
    /// All filter metadata, in JSON: source → namespace → struct.
    #[arg(long, value_name = "JSON")]
    pub metadata: Option<String>,
    /// When [default: now], RFC 3339.
    #[arg(long, value_parser = clock::parse, value_name = "TIME")]
    pub at: Option<u64>,
    /// The URI of the certificate of the proxy that calls.
    #[arg(long, value_name = "URI")]
    pub peer: Option<String>,
    /// The client's address.
    #[arg(long, value_name = "ADDRESS")]
    pub source_address: Option<String>,
    /// An attribute of the request, such as a claim of a token: its path with `/`, or as a list in
    /// JSON, and the value.
    #[arg(long = "attribute", value_name = "PATH=VALUE")]
    pub attributes: Vec<String>,
    /// Envoy marked the request as internal.
    #[arg(long)]
    pub internal: bool,
    /// How the answer is written.
    #[arg(long, value_enum, default_value = "text")]
    pub format: Output,
}

/// Tells where users are: the bucket of each key in percent, and the variant at a weight.
#[derive(Args)]
#[command(after_help = "Examples:
  bluegreen bucket --salt fraud-scorer u27 4711
  bluegreen bucket --deployment fraud-scorer --from routing.yaml 4711
  bluegreen bucket --salt fraud-scorer --weight 10 --csv user_id < users.csv")]
pub struct Bucket {
    /// Keys of users; without any they come from standard input, one a line.
    pub keys: Vec<String>,
    /// The salt: the deployment's name, unless it says another.
    #[arg(long, conflicts_with = "deployment")]
    pub salt: Option<String>,
    /// A deployment, whose salt, weight and pins count.
    #[arg(long, requires = "files")]
    pub deployment: Option<String>,
    /// Where the deployment is: files, folders or REV:PATH.
    #[arg(long = "from", value_name = "FILE")]
    pub files: Vec<String>,
    /// A part of the configuration's name or file, where there are several.
    #[arg(long)]
    pub config: Option<String>,
    /// Percent on green.
    #[arg(long, value_name = "PERCENT")]
    pub weight: Option<String>,
    /// When [default: now], RFC 3339: for the weight of a ramp.
    #[arg(long, value_parser = clock::parse, value_name = "TIME")]
    pub at: Option<u64>,
    /// Standard input is CSV with this column, by name or by number.
    #[arg(long, value_name = "COLUMN", conflicts_with = "ndjson")]
    pub csv: Option<String>,
    /// Standard input has an object with this key on each line.
    #[arg(long, value_name = "KEY")]
    pub ndjson: Option<String>,
}

/// Signs a token that sends a tester's requests to a variant.
#[derive(Args)]
#[command(after_help = "Examples:
  bluegreen sign --deployment fraud --key-id ci --secret-env BLUEGREEN_CI_SECRET
  bluegreen sign --deployment fraud --variant blue --expires-in 10m --secret-file /run/secrets/ci

The secret never stands on the command line, where every process could read it.")]
pub struct Sign {
    /// The deployment that the token is for.
    #[arg(long)]
    pub deployment: String,
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
    /// The header of the deployment's `override`.
    #[arg(long, default_value = "x-bluegreen-override", value_name = "NAME")]
    pub header: String,
    /// The cookie that carries it.
    #[arg(long, default_value = "bluegreen_override", value_name = "NAME")]
    pub cookie: String,
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

/// Tells how many users each variant gets, and how a ramp moves them.
#[derive(Args)]
#[command(after_help = "Examples:
  bluegreen simulate routing.yaml --count 100000
  bluegreen simulate routing.yaml --keys users.csv --csv user_id
  bluegreen simulate routing.yaml --ramp --svg ramp.svg")]
pub struct Simulate {
    /// Files, folders, `-` for standard input, or REV:PATH of git.
    #[arg(required = true)]
    pub files: Vec<String>,
    /// A part of the configuration's name or file, where there are several.
    #[arg(long)]
    pub config: Option<String>,
    /// One deployment alone.
    #[arg(long)]
    pub deployment: Option<String>,
    /// Keys of users: one a line, or as --csv or --ndjson say.
    #[arg(long, value_name = "FILE")]
    pub keys: Option<String>,
    /// So many keys, `user-1` and so on.
    #[arg(long, default_value_t = 100_000, value_name = "NUMBER")]
    pub count: u64,
    /// The keys are CSV with this column, by name or by number.
    #[arg(long, value_name = "COLUMN", conflicts_with = "ndjson", requires = "keys")]
    pub csv: Option<String>,
    /// The keys are objects with this key, one on each line.
    #[arg(long, value_name = "KEY", requires = "keys")]
    pub ndjson: Option<String>,
    /// When [default: now], RFC 3339.
    #[arg(long, value_parser = clock::parse, value_name = "TIME")]
    pub at: Option<u64>,
    /// The weight over time, of deployments with a ramp.
    #[arg(long)]
    pub ramp: bool,
    /// Draw the ramp into this file too.
    #[arg(long, value_name = "FILE", requires = "ramp")]
    pub svg: Option<PathBuf>,
}

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
    /// Keys of users, to list those that move: one a line, or as --csv or --ndjson say.
    #[arg(long, value_name = "FILE")]
    pub keys: Option<String>,
    /// The keys are CSV with this column, by name or by number.
    #[arg(long, value_name = "COLUMN", conflicts_with = "ndjson", requires = "keys")]
    pub csv: Option<String>,
    /// The keys are objects with this key, one on each line.
    #[arg(long, value_name = "KEY", requires = "keys")]
    pub ndjson: Option<String>,
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
