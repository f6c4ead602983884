//! What `bluegreen simulate` takes.

use std::path::PathBuf;

use clap::Args;

use super::{Chosen, UserFile};
use crate::clock;

/// Tells how many users each variant gets, and how a ramp moves them.
#[derive(Args)]
#[command(after_help = "Examples:
  bluegreen simulate routing.yaml --count 100000
  bluegreen simulate routing.yaml --keys users.csv --csv user_id
  bluegreen simulate routing.yaml --ramp --svg ramp.svg")]
pub struct Simulate {
    #[command(flatten)]
    pub chosen: Chosen,
    /// One deployment alone.
    #[arg(long)]
    pub deployment: Option<String>,
    #[command(flatten)]
    pub users: UserFile,
    /// So many keys, `user-1` and so on, where no file is named.
    #[arg(long, default_value_t = 100_000, value_name = "NUMBER")]
    pub count: u64,
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
