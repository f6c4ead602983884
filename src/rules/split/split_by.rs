//! Who holds the weight: the filter, or Envoy's route (`split_by`).

use super::{Ramp, Weight};
use crate::config::{self, ConfigErrors, Path, SplitBy};
use crate::host::Host;

/// How many users of a deployment are on green, by who holds the weight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Split {
    /// The same until the configuration changes.
    Fixed(Weight),
    /// Follows the clock.
    Ramp(Box<Ramp>),
    /// Envoy's weighted clusters hold it.
    Route,
}

impl Split {
    /// The weight now, or that of a session with a time of birth, in nanoseconds since the epoch of
    /// Unix; None if the filter does not know it.
    pub fn weight(&self, birth: Option<u64>, host: &mut impl Host) -> Option<Weight> {
        match self {
            Self::Fixed(weight) => Some(*weight),
            Self::Ramp(ramp) => Some(match birth {
                Some(birth) => ramp.weight_of_session(birth, host.now()),
                None => ramp.weight_at(host.now()),
            }),
            Self::Route => None,
        }
    }

    /// The weight at a time, in nanoseconds since the epoch of Unix; None if the filter does not
    /// know it.
    #[must_use]
    #[inline]
    pub fn weight_at(&self, now: u64) -> Option<Weight> {
        match self {
            Self::Fixed(weight) => Some(*weight),
            Self::Ramp(ramp) => Some(ramp.weight_at(now)),
            Self::Route => None,
        }
    }

    /// Whether green may have users.
    #[must_use]
    pub fn may_be_green(&self) -> bool {
        *self != Self::Fixed(Weight::ZERO)
    }

    /// Whether some users may be on green while others are not.
    #[must_use]
    pub fn divides_users(&self) -> bool {
        match self {
            Self::Fixed(weight) => !matches!(*weight, Weight::ZERO | Weight::FULL),
            Self::Ramp(_) | Self::Route => true,
        }
    }

    /// Whether Envoy's weighted clusters hold the weight.
    #[must_use]
    #[inline]
    pub fn is_by_route(&self) -> bool {
        *self == Self::Route
    }

    /// Validates the weight of a deployment's configuration. What is wrong is left out.
    pub fn new(config: &config::Deployment, at: &Path, errors: &mut ConfigErrors) -> Self {
        let weight_at = at.key("green_weight");
        let ramp = config.ramp.as_ref().map(|ramp| Ramp::new(ramp, &at.key("ramp"), errors));
        let fixed =
            (config.green_weight.as_ref()).map(|weight| Weight::read(weight, &weight_at, errors));
        if ramp.is_some() && fixed.is_some() {
            errors.add(at, "`green_weight` and `ramp` exclude each other");
        }
        if config.split_by.known(&at.key("split_by"), errors) == Some(SplitBy::Route) {
            for (key, is_there) in [("green_weight", fixed.is_some()), ("ramp", ramp.is_some())] {
                if is_there {
                    let reason = "must be left out: by `split_by: route` Envoy holds the weight";
                    errors.add(&at.key(key), reason);
                }
            }
            return Self::Route;
        }
        match (ramp.flatten(), fixed.flatten()) {
            (Some(ramp), _) => Self::Ramp(Box::new(ramp)),
            (None, weight) => Self::Fixed(weight.unwrap_or(Weight::ZERO)),
        }
    }
}
