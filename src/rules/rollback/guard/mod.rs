//! The guard: what takes green back because its answers fail.
//!
//! Each worker chooses which answers it watches ([`Sampling`]) and which of them count ([`Users`]),
//! judges them ([`Failures`]) and counts ([`BothCounts`]). Once in each [`TICK`] the counts of all
//! workers become evidence ([`Evidence`]).

mod block;
mod classify;
mod counts;
mod e_variable;
mod evaluation;
mod evidence;
mod guarded;
mod latency;
mod logarithm;
mod numbers;
mod sampling;
mod settings;
mod threshold;
mod users;

pub use classify::{Answer, End, Failures, Judgement};
pub use counts::{BothCounts, Counts};
pub use evaluation::{Evaluation, Tick};
pub use evidence::{Comparison, Evidence, Question};
pub use guarded::Guarded;
pub use latency::Limit;
pub use logarithm::{exp, ln};
pub use numbers::Numbers;
pub use sampling::{BLUE_FOR_GREEN, BUDGET, Sampling};
pub use settings::Guard;
pub use threshold::{TICK, Threshold};
pub use users::{Ending, GROUPS, IN_A_ROW, Users};
