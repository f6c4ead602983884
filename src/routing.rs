//! The routing table: all that decisions are made by, validated once and immutable since.

use hashbrown::{HashMap, HashSet};

use crate::config::{self, Config};
use crate::fault::{Faults, Path};
use crate::index::Index;
use crate::json;
use crate::matching::Match;
use crate::rollback::{self, is_name};
use crate::sticky::Sticky;
use crate::tags::Tags;
use crate::weight::Weight;

/// Names of all deployments.
pub type Names = HashSet<Box<str>>;

/// Everything that decisions are made by.
#[derive(Clone, Debug)]
pub struct Table {
    deployments: Box<[Deployment]>,
    names: Names,
    index: Index,
    /// Names under which decisions are written.
    pub tags: Tags,
    /// Where rollback flags are looked up.
    pub rollback: rollback::Sources,
}

/// A model service, validated.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Unique.
    pub name: Box<str>,
    /// What the cluster header gets; none leaves it away.
    pub clusters: Option<Clusters>,
    /// The share of green; none if green is taken back by configuration.
    pub weight: Option<Weight>,
    /// What keeps a user on one side.
    pub sticky: Sticky,
}

/// Envoy's clusters of the two variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clusters {
    /// Cluster of the current variant.
    pub blue: Box<str>,
    /// Cluster of the new variant.
    pub green: Box<str>,
}

impl Table {
    /// Reads and validates a configuration.
    ///
    /// # Errors
    /// Every fault of the configuration with its JSON path.
    pub fn from_json(text: &[u8]) -> Result<Self, Faults> {
        let malformed = match json::read(text) {
            Ok(config) => return Self::try_from(config),
            Err(malformed) => malformed,
        };
        let mut faults = malformed.faults;
        if let Some(Err(more)) = malformed.rest.map(Self::try_from) {
            faults.add_consequences(more);
        }
        Err(faults)
    }

    /// The deployment that a request belongs to.
    ///
    /// `authority` is the host as the client sent it, `path` may have a query.
    #[must_use]
    pub fn find(&self, authority: &[u8], path: &[u8]) -> Option<&Deployment> {
        self.deployments.get(self.index.find(authority, path)?)
    }

    /// Names of all deployments.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }
}

impl TryFrom<Config> for Table {
    type Error = Faults;

    fn try_from(config: Config) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let root = Path::root();
        let tags = Tags::new(&config.tags, &root.key("tags"), &mut faults);
        let rollback = rollback::Sources::new(&config.rollback, &root.key("rollback"), &mut faults);
        let list = root.key("deployments");
        if config.deployments.is_empty() {
            faults.add(&list, "is missing or empty");
        }
        let mut index = Index::default();
        let mut names = Names::with_capacity(config.deployments.len());
        let mut matches = HashMap::with_capacity(config.deployments.len());
        let mut deployments = Vec::with_capacity(config.deployments.len());
        for (position, deployment) in config.deployments.into_iter().enumerate() {
            let at = list.index(position);
            let name = deployment.name.as_str();
            if !name.is_empty() && !names.insert(name.into()) {
                faults.add_text(&at.key("name"), name, "is another deployment's name too");
            }
            let at_match = at.key("match");
            if let Some(conditions) = Match::new(&deployment.matches, &at_match, &mut faults) {
                index.enter(&conditions, position);
                if let Err(taken) = matches.try_insert(conditions, position) {
                    faults.add_clash(&at_match, list.index(*taken.entry.get()).key("match"));
                }
            }
            deployments.push(Deployment::new(deployment, &at, &mut faults));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self { deployments: deployments.into(), names, index, tags, rollback })
    }
}

impl Deployment {
    fn new(config: config::Deployment, path: &Path, faults: &mut Faults) -> Self {
        let at = path.key("name");
        if config.name.is_empty() {
            faults.add(&at, "is missing or empty");
        } else if !is_name(&config.name) {
            faults.add_text(&at, &config.name, "is not 1 to 64 of A-Z, a-z, 0-9, `.`, `_`, `-`");
        }
        let weight = config.green_weight.as_ref().map_or(Weight::ZERO, |number| {
            Weight::from_percent(number.as_str()).unwrap_or_else(|reason| {
                faults.add(&path.key("green_weight"), format!("{number} {reason}"));
                Weight::ZERO
            })
        });
        let at = path.key("clusters");
        let clusters = config.clusters.map(|clusters| Clusters {
            blue: cluster(clusters.blue, &at.key("blue"), faults),
            green: cluster(clusters.green, &at.key("green"), faults),
        });
        Self {
            sticky: Sticky::new(&config.sticky, &config.name, &path.key("sticky"), faults),
            name: config.name.into(),
            clusters,
            weight: (!config.rollback).then_some(weight),
        }
    }
}

fn cluster(name: String, path: &Path, faults: &mut Faults) -> Box<str> {
    if name.is_empty() {
        faults.add(path, "is missing or empty");
    } else if !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        faults.add_text(path, &name, "cannot be written to a header: it is not visible ASCII");
    }
    name.into()
}
