//! What the program asks the filter's rules. Nothing here decides: all of it calls them.

mod conditions;
mod environment;
mod flag;
mod metadata;
mod overrides;
mod proxy;
mod tags;
mod trace;
mod users;

pub use bluegreen::config::{self, Config};
pub use bluegreen::split::Weight;
use bluegreen::table::Table;

pub use conditions::misses;
pub use environment::{Environment, Secrets};
pub use flag::{FlagSays, flag, is_cap, is_note};
pub use overrides::{longest, override_of};
pub use proxy::{Call, Metadata};
pub use tags::{TagKind, tags};
pub use trace::{Answer, Decided, Trace, trace};
pub use users::{Users, percent, salt_of, share, weight_at};

/// What the filter says of one configuration.
#[derive(Debug, Default)]
pub struct Verdict {
    /// In the order in which the filter says them.
    pub problems: Vec<Problem>,
    /// How many more errors there are.
    pub omitted: usize,
    /// None if there is an error.
    pub accepted: Option<Accepted>,
}

/// A configuration that the filter accepts.
#[derive(Debug)]
pub struct Accepted {
    /// As it is written.
    pub config: Config,
    /// As it decides.
    pub table: Table,
}

impl Accepted {
    pub fn deployments(&self) -> &[config::Deployment] {
        self.config.deployments.as_deref().unwrap_or_default()
    }
}

/// An error, or something that the filter warns of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `deployments[0].green_weight`; empty for the whole.
    pub path: String,
    pub reason: String,
    pub is_error: bool,
}

/// Reads a configuration as the filter does.
pub fn judge(json: &str, environment: Environment) -> Verdict {
    match Table::from_json(json.as_bytes(), &environment) {
        Ok(table) => {
            let warnings = table.warnings().iter().map(|warning| Problem {
                path: warning.path().to_owned(),
                reason: warning.reason().to_owned(),
                is_error: false,
            });
            let problems = warnings.collect();
            let config = config::read::read(json.as_bytes()).ok();
            let accepted = config.map(|config| Accepted { config, table });
            Verdict { problems, accepted, ..Verdict::default() }
        }
        Err(errors) => {
            let problems = errors.iter().map(|error| Problem {
                path: error.path().to_owned(),
                reason: error.reason().to_owned(),
                is_error: true,
            });
            let problems: Vec<_> = problems.collect();
            let omitted = errors.count().saturating_sub(problems.len());
            Verdict { problems, omitted, accepted: None }
        }
    }
}
