//! Where the users of a deployment are.

use std::collections::HashMap;
use std::fmt::Write;

use bluegreen::config;
use bluegreen::split::{Bucket, Ramp, Salt, Weight};

use super::Accepted;

/// 2^64, all buckets.
const ALL: f64 = 18_446_744_073_709_551_616.0;

/// Users of a deployment, or of all deployments of a salt.
pub struct Users {
    salt: Salt,
    /// None where nobody said, or where the route holds it.
    weight: Option<Weight>,
    pins: HashMap<Vec<u8>, &'static str>,
}

impl Users {
    pub fn of_salt(salt: &str) -> Self {
        Self { salt: Salt::new(salt.as_bytes()), weight: None, pins: HashMap::new() }
    }

    /// Users of a deployment at a point in time, nanoseconds since 1970.
    ///
    /// # Errors
    /// No such deployment, or a salt that only the proxy has.
    pub fn of_deployment(accepted: &Accepted, name: &str, now: u64) -> Result<Self, String> {
        let mut deployments = accepted.deployments().iter();
        let deployment = deployments
            .find(|deployment| deployment.name == name)
            .ok_or_else(|| format!("no deployment is called `{name}`"))?;
        let pins = [("blue", &deployment.pins.blue), ("green", &deployment.pins.green)];
        let pins = pins.into_iter().flat_map(|(variant, keys)| {
            keys.iter().map(move |key| (key.clone().into_bytes(), variant))
        });
        Ok(Self {
            salt: salt_of(accepted, deployment).salt()?,
            weight: weight_at(deployment, now),
            pins: pins.collect(),
        })
    }

    /// The same users at another weight.
    ///
    /// # Errors
    /// What is no weight.
    pub fn at_weight(self, percent: &str) -> Result<Self, String> {
        let weight = Weight::from_percent(percent).map_err(|why| format!("{percent} {why}"))?;
        Ok(Self { weight: Some(weight), ..self })
    }

    pub fn weight(&self) -> Option<Weight> {
        self.weight
    }

    pub fn bucket(&self, key: &[u8]) -> Bucket {
        self.salt.bucket(key)
    }

    /// The variant of a key; None if nobody knows the weight.
    pub fn variant(&self, key: &[u8]) -> Option<&'static str> {
        // Most deployments pin nobody.
        if !self.pins.is_empty()
            && let Some(variant) = self.pins.get(key)
        {
            return Some(variant);
        }
        let weight = self.weight?;
        Some(if weight.covers(self.bucket(key)) { "green" } else { "blue" })
    }

    /// Writes what follows a key: its bucket in percent, and its variant where the weight is known.
    pub fn write(&self, key: &[u8], line: &mut String) {
        let _ = write!(line, "\t{}", Weight::below(self.bucket(key)));
        if let Some(variant) = self.variant(key) {
            line.push('\t');
            line.push_str(variant);
        }
        line.push('\n');
    }
}

/// A number of buckets as a share of all, 0 to 1.
pub fn share(buckets: u128) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "it is shown with a few digits")]
    let buckets = buckets as f64;
    buckets / ALL
}

/// A share in percent, with as many digits as it needs, up to four decimals.
pub fn percent(share: f64) -> String {
    let text = format!("{:.4}", share * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A salt, or where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaltFrom {
    Text(String),
    /// A variable of the proxy's environment.
    Variable(String),
}

impl SaltFrom {
    fn salt(&self) -> Result<Salt, String> {
        match self {
            Self::Text(salt) => Ok(Salt::new(salt.as_bytes())),
            Self::Variable(name) => match std::env::var_os(name) {
                Some(salt) => Ok(Salt::new(salt.into_encoded_bytes())),
                None => Err(format!("the salt is in the variable `{name}`, which is not set here")),
            },
        }
    }
}

impl std::fmt::Display for SaltFrom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(salt) => f.write_str(salt),
            Self::Variable(name) => write!(f, "${name}"),
        }
    }
}

/// The salt in force.
pub fn salt_of(accepted: &Accepted, deployment: &config::Deployment) -> SaltFrom {
    let sticky = deployment.sticky.as_ref().or(accepted.config.defaults.sticky.as_ref());
    let configured = sticky.and_then(|sticky| match (&sticky.salt, &sticky.salt_env) {
        (Some(salt), _) => Some(SaltFrom::Text(salt.clone())),
        (None, Some(variable)) => Some(SaltFrom::Variable(variable.clone())),
        (None, None) => None,
    });
    configured.unwrap_or_else(|| SaltFrom::Text(deployment.name.clone()))
}

/// The weight in force; None if the route holds it.
pub fn weight_at(deployment: &config::Deployment, now: u64) -> Option<Weight> {
    use bluegreen::config::strict::Keyword;
    use bluegreen::config::{ConfigErrors, Path, SplitBy};
    let mut errors = ConfigErrors::default();
    if deployment.split_by == Keyword::Known(SplitBy::Route) {
        return None;
    }
    if deployment.rollback {
        return Some(Weight::ZERO);
    }
    if let Some(ramp) = &deployment.ramp {
        return Some(Ramp::new(ramp, &Path::Root, &mut errors)?.weight_at(now));
    }
    match &deployment.green_weight {
        Some(number) => Weight::read(number, &Path::Root, &mut errors),
        None => Some(Weight::ZERO),
    }
}
