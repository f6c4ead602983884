//! A model service, validated.

use std::rc::Rc;

use crate::config::{self, SplitBy};
use crate::config::{Faults, Path};
use crate::config::{NOT_A_NAME, is_name};
use crate::decision::Override;
use crate::decision::Trust;
use crate::host::Host;
use crate::split::Mirror;
use crate::split::Ramp;
use crate::split::Weight;
use crate::sticky::Pins;
use crate::sticky::{Lot, Sticky};
use crate::tags::Tags;

/// A model service with a blue and a green variant.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Unique.
    pub name: Box<str>,
    /// What the cluster header gets; none leaves it away.
    pub clusters: Option<Clusters>,
    /// Whether green is taken back by configuration.
    pub is_rolled_back: bool,
    /// The share of green.
    pub share: Share,
    /// What keeps a user on one side.
    pub lot: Lot,
    /// Who may choose a side for one request.
    pub overrides: Option<Rc<Override>>,
    /// Whose variant tag is kept.
    pub trust: Option<Rc<Trust>>,
    /// Which of blue's requests green gets a copy of.
    pub mirror: Option<Mirror>,
}

/// Envoy's clusters of the two variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clusters {
    /// Cluster of the current variant.
    pub blue: Box<str>,
    /// Cluster of the new variant.
    pub green: Box<str>,
}

/// The share of green, by who holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Share {
    /// The same until the configuration changes.
    Fixed(Weight),
    /// Follows the clock.
    Ramp(Box<Ramp>),
    /// Envoy's weighted clusters hold it.
    Route,
}

impl Share {
    /// The weight now; None if the filter does not know it.
    pub fn weight(&self, host: &mut impl Host) -> Option<Weight> {
        match self {
            Self::Fixed(weight) => Some(*weight),
            Self::Ramp(ramp) => Some(ramp.weight_at(host.now())),
            Self::Route => None,
        }
    }
}

/// What holds for deployments that do not say otherwise, validated once for all of them.
pub struct Defaults {
    sticky: Rc<Sticky>,
    overrides: Option<Rc<Override>>,
    mirror: Option<Mirror>,
    trust: Option<Rc<Trust>>,
}

impl Defaults {
    /// Validates the configuration. What is at fault is left out.
    pub fn new(config: &config::Defaults, tags: &Tags, at: &Path, faults: &mut Faults) -> Self {
        let sticky = config.sticky.clone().unwrap_or_default();
        let overrides = config.overrides.as_ref();
        let mirror = config.mirror.as_ref();
        let trust = config.trust_upstream_tags.as_ref();
        Self {
            sticky: Rc::new(Sticky::new(&sticky, &at.key("sticky"), faults)),
            overrides: overrides
                .and_then(|own| Override::new(own, tags, &at.key("override"), faults).map(Rc::new)),
            mirror: mirror.and_then(|config| Mirror::new(config, &at.key("mirror"), faults)),
            trust: trust.and_then(|config| {
                Trust::new(config, tags, &at.key("trust_upstream_tags"), faults).map(Rc::new)
            }),
        }
    }
}

impl Deployment {
    /// Validates the configuration. What is at fault is left out.
    pub fn new(
        config: &config::Deployment,
        defaults: &Defaults,
        tags: &Tags,
        at: &Path,
        faults: &mut Faults,
    ) -> Self {
        if config.name.is_empty() {
            faults.add(&at.key("name"), "is missing or empty");
        } else if !is_name(&config.name) {
            faults.add_text(&at.key("name"), &config.name, NOT_A_NAME);
        }
        let sticky = config.sticky.as_ref().map_or_else(
            || Rc::clone(&defaults.sticky),
            |sticky| Rc::new(Sticky::new(sticky, &at.key("sticky"), faults)),
        );
        let overrides = match &config.overrides {
            None => defaults.overrides.clone(),
            Some(own) => own
                .as_ref()
                .and_then(|own| Override::new(own, tags, &at.key("override"), faults).map(Rc::new)),
        };
        let trust = match &config.trust_upstream_tags {
            None => defaults.trust.clone(),
            Some(own) => Trust::new(own, tags, &at.key("trust_upstream_tags"), faults).map(Rc::new),
        };
        let clusters = config.clusters.as_ref().map(|config| {
            let at = at.key("clusters");
            Clusters {
                blue: cluster(&config.blue, &at.key("blue"), faults),
                green: cluster(&config.green, &at.key("green"), faults),
            }
        });
        let share = Share::new(config, tags, at, faults);
        let mirror = match &config.mirror {
            None => defaults.mirror.filter(|_| share != Share::Route && clusters.is_some()),
            Some(own) => own.as_ref().and_then(|own| {
                let at = at.key("mirror");
                if share == Share::Route {
                    faults.add(&at, "needs a weight that the filter knows, and the route holds it");
                }
                if clusters.is_none() {
                    faults.add(&at, "needs `clusters`");
                }
                Mirror::new(own, &at, faults)
            }),
        };
        let pins = Pins::new(&config.pins, &at.key("pins"), faults);
        Self {
            name: config.name.as_str().into(),
            clusters,
            is_rolled_back: config.rollback,
            share,
            lot: Lot::new(sticky, pins, &config.name),
            overrides,
            trust,
            mirror,
        }
    }
}

impl Share {
    fn new(config: &config::Deployment, tags: &Tags, at: &Path, faults: &mut Faults) -> Self {
        let weight_at = at.key("green_weight");
        let weight = config.green_weight.as_ref();
        let ramp = config.ramp.as_ref().map(|ramp| Ramp::new(ramp, &at.key("ramp"), faults));
        let fixed = weight.map(|weight| Weight::read(weight, &weight_at, faults));
        if ramp.is_some() && fixed.is_some() {
            faults.add(at, "has both `green_weight` and `ramp`");
        }
        let split_by = config.split_by.known(&at.key("split_by"), faults);
        if split_by == Some(SplitBy::Route) {
            if tags.bucket().is_none() {
                faults.add(&at.key("split_by"), "\"route\" needs `tags.bucket_header`");
            }
            if !tags.tell_the_side(config.clusters.is_some()) {
                let reason = "\"route\" needs a tag by which routes know a side that is fixed";
                faults.add(&at.key("split_by"), reason);
            }
            for (key, is_there) in [("green_weight", fixed.is_some()), ("ramp", ramp.is_some())] {
                if is_there {
                    faults
                        .add(&at.key(key), "stands beside `split_by`: \"route\" holds the weight");
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

fn cluster(name: &str, at: &Path, faults: &mut Faults) -> Box<str> {
    if name.is_empty() {
        faults.add(at, "is missing or empty");
    } else if !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        faults.add_text(at, name, "cannot be written to a header: it is not visible ASCII");
    }
    name.into()
}
