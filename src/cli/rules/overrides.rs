//! What a deployment says of overrides.

use super::{Accepted, config};

/// The `override` of a deployment, its own or that of `defaults`.
///
/// # Errors
/// There is no such deployment, or nobody may override its variant by a signature.
pub fn override_of<'a>(accepted: &'a Accepted, name: &str) -> Result<&'a config::Override, String> {
    let mut deployments = accepted.deployments().iter();
    let deployment = deployments
        .find(|deployment| deployment.name == name)
        .ok_or_else(|| format!("no deployment is called `{name}`"))?;
    let own = match &deployment.overrides {
        Some(own) => own.as_deref(),
        None => accepted.config.defaults.overrides.as_ref(),
    };
    own.filter(|own| !own.keys.is_empty())
        .ok_or_else(|| format!("`{name}` has no `override` with keys, so no token is accepted"))
}

/// How long a token for this override may be valid, in seconds.
pub fn longest(own: &config::Override) -> u64 {
    let text = own.max_age.as_deref().unwrap_or("24h");
    humantime::parse_duration(text).map_or(u64::MAX, |longest| longest.as_secs())
}
