//! What `bluegreen explain` takes.

use clap::{Args, ValueEnum};

use super::Chosen;
use crate::clock;

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
    #[command(flatten)]
    pub chosen: Chosen,
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
