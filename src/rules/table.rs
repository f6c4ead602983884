//! The routing table: all that decisions are made by, validated once and immutable since.

use hashbrown::HashMap;

use crate::config;
use crate::config::{Config, Explain};
use crate::config::{Faults, Path};
use crate::deployment::Defaults;
pub use crate::deployment::Deployment;
use crate::matching::Index;
use crate::matching::Match;
use crate::request::{Request, Wanted};
use crate::rollback::{Names, Sources};
use crate::tags::Tags;
use crate::wire::Pairs;

/// Everything that decisions are made by.
#[derive(Clone, Debug)]
pub struct Table {
    deployments: Box<[Deployment]>,
    names: Names,
    index: Index,
    wanted: Wanted,
    /// Names under which decisions are written.
    pub tags: Tags,
    /// Where rollback flags are looked up.
    pub rollback: Sources,
    /// Who may ask for explanations.
    pub explain: Explain,
}

impl Table {
    /// Reads and validates a configuration.
    ///
    /// # Errors
    /// Every fault of the configuration with its JSON path.
    pub fn from_json(text: &[u8]) -> Result<Self, Faults> {
        let malformed = match config::read::read(text) {
            Ok(config) => return Self::try_from(config),
            Err(malformed) => malformed,
        };
        let mut faults = malformed.faults;
        if let Some(Err(more)) = malformed.rest.map(Self::try_from) {
            faults.add_consequences(more);
        }
        Err(faults)
    }

    /// Reads the headers of a request.
    #[must_use]
    pub fn read<'a>(&self, headers: Pairs<'a>) -> Request<'a> {
        Request::read(headers, &self.tags, &self.wanted)
    }

    /// The deployment that a request belongs to.
    #[must_use]
    pub fn find(&self, request: &Request<'_>) -> Option<&Deployment> {
        self.deployments.get(self.index.find(request)?)
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
        let root = Path::Root;
        let tags = Tags::new(&config.tags, &root.key("tags"), &mut faults);
        let rollback = Sources::new(&config.rollback, &root.key("rollback"), &mut faults);
        let explain = config.explain.known(&root.key("explain"), &mut faults);
        let defaults = Defaults::new(&config.defaults, &tags, &root.key("defaults"), &mut faults);
        let list = root.key("deployments");
        if config.deployments.is_empty() {
            faults.add(&list, "is missing or empty");
        }
        let mut index = Index::default();
        let mut names = Names::default();
        let mut matches = HashMap::with_capacity(config.deployments.len());
        let mut deployments = Vec::with_capacity(config.deployments.len());
        for (position, deployment) in config.deployments.into_iter().enumerate() {
            let at = list.index(position);
            let name = deployment.name.as_str();
            if !name.is_empty() && !names.insert(name.as_bytes(), ()) {
                faults.add_text(&at.key("name"), name, "is another deployment's name too");
            }
            let at_match = at.key("match");
            if let Some(conditions) = Match::new(&deployment.matches, &at_match, &mut faults) {
                index.enter(&conditions, position);
                if let Err(taken) = matches.try_insert(conditions, position) {
                    let earlier = list.index(*taken.entry.get());
                    faults.add_clash(&at_match, &earlier.key("match"));
                }
            }
            deployments.push(Deployment::new(&deployment, &defaults, &tags, &at, &mut faults));
        }
        match explain {
            Some(explain) if faults.is_empty() => {
                let key = deployments.iter().find_map(|deployment| deployment.lot.key_header());
                let wanted = Wanted::new(&tags, key);
                let deployments = deployments.into();
                Ok(Self { deployments, names, index, wanted, tags, rollback, explain })
            }
            _ => Err(faults),
        }
    }
}
