//! A model service, validated.

use std::sync::Arc;

use crate::config::{self, ConfigErrors, NOT_A_NAME, Path, is_name};
use crate::decision::{Override, Policy, TrustedTags};
use crate::host::Environment;
use crate::rollback::guard::{Guard, Guarded};
use crate::split::{Mirror, Split};
use crate::sticky::{Assigner, Pins, Sticky};
use crate::tags::Tags;
use crate::variant::Variant;

/// A model service with a blue and a green variant.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Unique.
    pub name: Box<str>,
    /// Its place in the table.
    pub place: u32,
    /// What the cluster header gets; none leaves it away.
    clusters: Option<Clusters>,
    /// What decides about its requests.
    pub policy: Policy,
}

/// Envoy's clusters of the two variants.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Clusters {
    blue: Box<str>,
    green: Box<str>,
}

/// What all deployments are validated by.
#[derive(Clone, Copy)]
pub struct Validation<'a> {
    /// What the host can read.
    pub environment: &'a dyn Environment,
    /// Names under which decisions are written.
    pub tags: &'a Tags,
}

/// What holds for deployments that do not say otherwise, validated once for all of them.
pub struct Defaults {
    sticky: Arc<Sticky>,
    overrides: Option<Arc<Override>>,
    mirror: Option<Mirror>,
    trusted_tags: Option<Arc<TrustedTags>>,
    guard: Option<Arc<Guard>>,
}

impl Defaults {
    /// Validates the configuration. What is wrong is left out.
    pub fn new(
        config: &config::Defaults,
        by: Validation<'_>,
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Self {
        let no_keys = config::Sticky::default();
        let sticky = config.sticky.as_ref().unwrap_or(&no_keys);
        Self {
            sticky: by.sticky(sticky, at, errors),
            overrides: (config.overrides.as_ref()).and_then(|own| by.overrides(own, at, errors)),
            mirror: (config.mirror.as_ref())
                .and_then(|own| Mirror::new(own, &at.key("mirror"), errors)),
            trusted_tags: (config.trust_tags_from.as_ref())
                .and_then(|own| by.trusted_tags(own, at, errors)),
            guard: (config.guard.as_ref()).and_then(|own| by.guard(own, at, errors)),
        }
    }
}

impl Validation<'_> {
    fn sticky(self, own: &config::Sticky, at: &Path, errors: &mut ConfigErrors) -> Arc<Sticky> {
        Arc::new(Sticky::new(own, self.environment, &at.key("sticky"), errors))
    }

    fn overrides(
        self,
        own: &config::Override,
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Option<Arc<Override>> {
        let at = at.key("override");
        Override::new(own, self.tags, self.environment, &at, errors).map(Arc::new)
    }

    fn trusted_tags(
        self,
        own: &config::Trust,
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Option<Arc<TrustedTags>> {
        let at = at.key("trust_tags_from");
        TrustedTags::new(own, self.tags, self.environment, &at, errors).map(Arc::new)
    }

    fn guard(
        self,
        own: &config::Guard,
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Option<Arc<Guard>> {
        let at = at.key("guard");
        let guard = Guard::new(own, &at, errors).map(Arc::new);
        if self.environment.can_watch() {
            return guard;
        }
        let reason = "has no effect: this proxy cannot watch answers, so nothing takes green back";
        errors.warn(&at, || reason);
        None
    }
}

impl Deployment {
    /// The cluster of a variant.
    #[must_use]
    pub fn cluster(&self, variant: Variant) -> Option<&str> {
        self.clusters.as_ref().map(|clusters| match variant {
            Variant::Blue => &*clusters.blue,
            Variant::Green => &*clusters.green,
        })
    }

    /// The variant whose cluster this is.
    #[must_use]
    pub fn variant_of(&self, cluster: &[u8]) -> Option<Variant> {
        let variants = [Variant::Green, Variant::Blue];
        variants.into_iter().find(|one| self.cluster(*one).map(str::as_bytes) == Some(cluster))
    }

    /// Validates the configuration. What is wrong is left out.
    pub fn new(
        config: &config::Deployment,
        defaults: &Defaults,
        by: Validation<'_>,
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Self {
        if config.name.is_empty() {
            errors.required(&at.key("name"));
        } else if !is_name(&config.name) {
            errors.invalid(&at.key("name"), &config.name, NOT_A_NAME);
        }
        let sticky = match &config.sticky {
            None => Arc::clone(&defaults.sticky),
            Some(own) => by.sticky(own, at, errors),
        };
        let overrides = match &config.overrides {
            None => defaults.overrides.clone(),
            Some(own) => own.as_ref().and_then(|own| by.overrides(own, at, errors)),
        };
        let trusted_tags = match &config.trust_tags_from {
            None => defaults.trusted_tags.clone(),
            Some(own) => by.trusted_tags(own, at, errors),
        };
        let clusters =
            config.clusters.as_ref().map(|own| Clusters::new(own, &at.key("clusters"), errors));
        let split = Split::new(config, at, errors);
        if split.is_by_route() {
            route_learns_of_a_variant(by.tags, clusters.is_some(), &at.key("split_by"), errors);
        }
        if sticky.has_sessions() {
            sessions_have_a_ramp(config, &split, at, errors);
        }
        let mirror = match &config.mirror {
            None => defaults.mirror.filter(|_| !split.is_by_route() && clusters.is_some()),
            Some(own) => own.as_ref().and_then(|own| {
                let at = at.key("mirror");
                if split.is_by_route() {
                    let reason = "cannot be used with `split_by: route`: \
                        the filter does not know the weight";
                    errors.add(&at, reason);
                }
                if clusters.is_none() {
                    errors.add(&at, "needs `clusters`");
                }
                Mirror::new(own, &at, errors)
            }),
        };
        // By `split_by: route` only the cluster that answered tells the variant.
        let is_told_apart = !split.is_by_route() || clusters.is_some();
        let guard = match &config.guard {
            None => defaults.guard.clone().filter(|_| is_told_apart),
            Some(own) => own.as_ref().and_then(|own| {
                if !is_told_apart {
                    let reason = "needs `clusters`: by `split_by: route` \
                        the cluster that answers tells the variant";
                    errors.add(&at.key("guard"), reason);
                }
                by.guard(own, at, errors)
            }),
        };
        let guard = guard.map(|guard| Arc::new(Guarded::new(guard, config.fingerprint)));
        let pins = Pins::new(&config.pins, sticky.ignored(), &at.key("pins"), errors);
        let assigner = Assigner::new(sticky, pins, &config.name);
        if !assigner.has_keys() {
            warn_of_missing_keys(config, &split, at, errors);
        }
        if split.may_be_green() && !by.tags.tell_the_variant(clusters.is_some()) {
            let reason = "can never be seen: no variant header and no filter state is on, \
                and the cluster header needs `clusters`";
            errors.warn(&at.key(weight_key(config)), || reason);
        }
        let is_rolled_back = config.rollback;
        Self {
            name: config.name.as_str().into(),
            place: 0,
            clusters,
            policy: Policy {
                is_rolled_back,
                overrides,
                trusted_tags,
                assigner,
                split,
                mirror,
                guard,
            },
        }
    }
}

/// A session keeps the weight that a ramp had, so there has to be one.
fn sessions_have_a_ramp(
    config: &config::Deployment,
    split: &Split,
    at: &Path,
    errors: &mut ConfigErrors,
) {
    if split.is_by_route() {
        let reason = "cannot be used with `sticky.sessions`: the filter does not know the weight";
        errors.add(&at.key("split_by"), reason);
    } else if config.ramp.is_none() {
        let reason =
            "by `sticky.sessions` a session keeps the weight that the ramp had at its birth";
        errors.required_keys(&at.key("ramp"), reason);
    }
}

/// The key of the weight that is not 0.
fn weight_key(config: &config::Deployment) -> &'static str {
    match (&config.ramp, &config.green_weight) {
        (Some(_), _) => "ramp",
        (None, Some(_)) => "green_weight",
        (None, None) => "split_by",
    }
}

/// What needs targeting keys, where no request has any.
fn warn_of_missing_keys(
    config: &config::Deployment,
    split: &Split,
    at: &Path,
    errors: &mut ConfigErrors,
) {
    if split.divides_users() {
        errors.warn(
            &at.key(weight_key(config)),
            || "needs keys in `sticky`: without any, each request gets a variant of its own",
        );
    }
    let config::Pins { blue, green } = &config.pins;
    if !blue.is_empty() || !green.is_empty() {
        let reason = "are never found: `sticky` has no key that could be one of them";
        errors.warn(&at.key("pins"), || reason);
    }
}

/// Where Envoy's route holds the weight, a variant that is fixed needs a tag that routes match.
fn route_learns_of_a_variant(
    tags: &Tags,
    has_clusters: bool,
    at: &Path,
    errors: &mut ConfigErrors,
) {
    if tags.bucket().is_none() {
        errors.add(at, "\"route\" needs `tags.bucket_header`");
    }
    if !tags.tell_the_variant(has_clusters) {
        errors.add(at, "\"route\" needs a tag by which routes match a variant that is fixed");
    }
}

impl Clusters {
    fn new(config: &config::Clusters, at: &Path, errors: &mut ConfigErrors) -> Self {
        let mut check = |key, name: &str| {
            if name.is_empty() {
                errors.required(&at.key(key));
            } else if !name.bytes().all(|byte| byte.is_ascii_graphic()) {
                errors.invalid(&at.key(key), name, "is not visible ASCII, as headers need");
            }
            name.into()
        };
        Self { blue: check("blue", &config.blue), green: check("green", &config.green) }
    }
}
