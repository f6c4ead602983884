//! What `bluegreen bucket` takes.

use clap::Args;

use crate::clock;

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
