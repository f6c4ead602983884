//! The routing table: all that decisions are made by, validated once and immutable since.

use crate::config::{Config, ConfigErrors, Explain, Path, Warnings, read};
use crate::decision::Surroundings;
use crate::deployment::{Defaults, Deployment, Validation};
use crate::host::Environment;
use crate::matching::{Index, Matches};
use crate::request::{Carriers, HeadersOfInterest, Request};
use crate::rollback::{Names, Sources};
use crate::tags::Tags;
use crate::wire::Pairs;

/// Everything that decisions are made by.
#[derive(Clone, Debug)]
pub struct Table {
    deployments: Box<[Deployment]>,
    names: Names,
    index: Index,
    headers: HeadersOfInterest,
    tags: Tags,
    rollback: Sources,
    explain: Explain,
    warnings: Warnings,
}

// A native host shares one table between all workers.
const _: () = {
    const fn is_shared<T: Send + Sync>() {}
    is_shared::<Table>();
};

impl Table {
    /// Reads and validates a configuration for a host.
    ///
    /// # Errors
    /// Every error of the configuration with its JSON path.
    #[inline(never)] // A binding is compiled to be fast, and this need not be.
    pub fn from_json(text: &[u8], environment: &dyn Environment) -> Result<Self, ConfigErrors> {
        let malformed = match read::read(text) {
            Ok(config) => return Self::new(config, environment),
            Err(malformed) => malformed,
        };
        let mut errors = malformed.errors;
        if let Some(Err(more)) = malformed.rest.map(|rest| Self::new(rest, environment)) {
            errors.add_consequences(more);
        }
        Err(errors)
    }

    /// Validates a configuration for a host.
    ///
    /// # Errors
    /// Every error of the configuration with its JSON path.
    pub fn new(config: Config, environment: &dyn Environment) -> Result<Self, ConfigErrors> {
        let mut errors = ConfigErrors::default();
        let root = Path::Root;
        let tags = Tags::new(&config.tags, &root.key("tags"), &mut errors);
        let at = root.key("rollback");
        let rollback = Sources::new(&config.rollback, environment, &at, &mut errors);
        let explain = config.explain.known(&root.key("explain"), &mut errors);
        let by = Validation { environment, tags: &tags };
        let defaults = Defaults::new(&config.defaults, by, &root.key("defaults"), &mut errors);
        let list = root.key("deployments");
        let Some(configured) = config.deployments else {
            errors.required(&list);
            return Err(errors);
        };
        let mut names = Names::default();
        let mut matches = Matches::default();
        let mut deployments = Vec::with_capacity(configured.len());
        for (position, deployment) in configured.into_iter().enumerate() {
            if errors.is_full() {
                break;
            }
            let at = list.index(position);
            let name = deployment.name.as_str();
            if let (false, Err(earlier)) = (name.is_empty(), names.enter(name, position)) {
                let (at, other) = (at.key("name"), list.index(earlier));
                let known = deployments.get(earlier).map(|known: &Deployment| &*known.name);
                if known == Some(name) {
                    errors.duplicate(&at, &other.key("name"));
                } else {
                    let reason = format!("differs from {other}.name by case alone");
                    errors.invalid(&at, name, reason);
                }
            }
            matches.add(&deployment.matches, position, &list, &mut errors);
            let mut deployment = Deployment::new(&deployment, &defaults, by, &at, &mut errors);
            deployment.place = u32::try_from(position).unwrap_or(u32::MAX);
            deployments.push(deployment);
        }
        let index = matches.index(deployments.len(), &list, &mut errors);
        match explain {
            Some(explain) if errors.is_empty() => {
                let mut policies = deployments.iter().map(|deployment| &deployment.policy);
                let key = policies.find_map(|policy| policy.assigner.key_header());
                let headers = HeadersOfInterest::new(&tags, key, carriers(&deployments));
                let (deployments, warnings) = (deployments.into(), errors.into_warnings());
                Ok(Self { deployments, names, index, headers, tags, rollback, explain, warnings })
            }
            _ => Err(errors),
        }
    }

    /// What can hardly be meant, though it is no error.
    #[must_use]
    pub fn warnings(&self) -> &Warnings {
        &self.warnings
    }

    /// Reads the headers of a request.
    #[must_use]
    #[inline]
    pub fn read<'a>(&self, headers: Pairs<'a>) -> Request<'a> {
        Request::read(headers, &self.tags, &self.headers)
    }

    /// Where overrides arrive, of whatever deployment.
    #[must_use]
    #[inline]
    pub fn carriers(&self) -> &Carriers {
        self.headers.carriers()
    }

    /// The deployment that a request belongs to.
    #[must_use]
    #[inline]
    pub fn find(&self, request: &Request<'_>) -> Option<&Deployment> {
        self.deployments.get(self.index.find(request)?)
    }

    /// All deployments, each at its place.
    #[must_use]
    pub fn deployments(&self) -> &[Deployment] {
        &self.deployments
    }

    /// Names of all deployments.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Names under which decisions are written.
    #[must_use]
    #[inline]
    pub fn tags(&self) -> &Tags {
        &self.tags
    }

    /// Who may ask for explanations.
    #[must_use]
    #[inline]
    pub fn explain(&self) -> Explain {
        self.explain
    }

    /// What all deployments share when they decide.
    #[must_use]
    #[inline]
    pub fn surroundings(&self) -> Surroundings<'_> {
        Surroundings { tags: &self.tags, rollback: &self.rollback, names: &self.names }
    }
}

#[inline]
fn carriers(deployments: &[Deployment]) -> Carriers {
    let mut carriers = Carriers::default();
    for overrides in deployments.iter().filter_map(|one| one.policy.overrides.as_ref()) {
        overrides.carriers().for_each(|carrier| carriers.enter(carrier));
    }
    carriers
}
