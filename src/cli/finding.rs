//! What a command has to say about a place.

use crate::source::{Place, Position};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth to know.
    Note,
    /// Probably not what was meant.
    Warning,
    /// The filter refuses it, or cannot work.
    Error,
}

/// What was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    Configuration,
    Advice,
    Unreadable,
    PassedOver,
    Packing,
    NothingFound,
    DroppedNull,
    NoConfiguration,
    UnusedTag,
    UnknownCluster,
    UnknownSubset,
    NoWayToBlue,
    UnreachableRoute,
    RollbackWithoutRoute,
    RollbackFlag,
    TwoFilters,
}

impl Rule {
    pub const ALL: [Self; 16] = [
        Self::Configuration,
        Self::Advice,
        Self::Unreadable,
        Self::PassedOver,
        Self::Packing,
        Self::NothingFound,
        Self::DroppedNull,
        Self::NoConfiguration,
        Self::UnusedTag,
        Self::UnknownCluster,
        Self::UnknownSubset,
        Self::NoWayToBlue,
        Self::UnreachableRoute,
        Self::RollbackWithoutRoute,
        Self::RollbackFlag,
        Self::TwoFilters,
    ];

    /// Its name in every format.
    pub fn name(self) -> &'static str {
        self.text().0
    }

    /// What it is about.
    pub fn description(self) -> &'static str {
        self.text().1
    }

    pub fn level(self) -> Level {
        self.text().2
    }

    fn text(self) -> (&'static str, &'static str, Level) {
        use Level::{Error, Note, Warning};
        match self {
            Self::Configuration => {
                ("configuration", "The filter rejects the configuration.", Error)
            }
            Self::Advice => {
                ("advice", "The filter accepts the configuration and warns of it.", Warning)
            }
            Self::Unreadable => ("unreadable", "The file is neither JSON nor YAML.", Error),
            Self::PassedOver => {
                ("passed-over", "What looks like a configuration is another filter's.", Note)
            }
            Self::Packing => (
                "packing",
                "Envoy hands the configuration to the filter in a form that it cannot read.",
                Error,
            ),
            Self::NothingFound => ("nothing-found", "No routing configuration was found.", Error),
            Self::DroppedNull => {
                ("dropped-null", "`kubectl apply` drops nulls, so the default comes back.", Warning)
            }
            Self::NoConfiguration => {
                ("no-configuration", "The filter has no routing configuration.", Warning)
            }
            Self::UnusedTag => {
                ("unused-tag", "No route uses a tag that the filter writes.", Warning)
            }
            Self::UnknownCluster => {
                ("unknown-cluster", "The cluster is not among those of these files.", Warning)
            }
            Self::UnknownSubset => {
                ("unknown-subset", "The subset is not among those of these files.", Warning)
            }
            Self::NoWayToBlue => {
                ("no-way-to-blue", "Requests without a tag have no route to blue.", Warning)
            }
            Self::UnreachableRoute => {
                ("unreachable-route", "A route before it takes every request.", Warning)
            }
            Self::RollbackWithoutRoute => {
                ("rollback-without-route", "The rollback reaches no route.", Warning)
            }
            Self::RollbackFlag => {
                ("rollback-flag", "The rollback names what is not there.", Warning)
            }
            Self::TwoFilters => ("two-filters", "Two filters land in one chain.", Warning),
        }
    }
}

/// Something to say.
#[derive(Clone, Debug)]
pub struct Finding {
    pub rule: Rule,
    pub level: Level,
    /// What it is about: `TrafficExtension istio-system/bluegreen`.
    pub label: Option<String>,
    /// Where in the configuration: `deployments[0].green_weight`.
    pub path: Option<String>,
    pub message: String,
    pub help: Option<String>,
    /// None where no place is to blame.
    pub place: Option<Place>,
}

impl Finding {
    pub fn new(rule: Rule, place: Place, message: impl Into<String>) -> Self {
        Self { place: Some(place.in_file()), ..Self::anywhere(rule, message) }
    }

    pub fn anywhere(rule: Rule, message: impl Into<String>) -> Self {
        Self {
            rule,
            level: rule.level(),
            label: None,
            path: None,
            message: message.into(),
            help: None,
            place: None,
        }
    }

    pub fn of(self, label: &str) -> Self {
        Self { label: Some(label.to_owned()), ..self }
    }

    pub fn at_path(self, path: &str) -> Self {
        Self { path: Some(path.to_owned()).filter(|path| !path.is_empty()), ..self }
    }

    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The path and the message, as the filter writes them into Envoy's log.
    pub fn text(&self) -> String {
        match &self.path {
            Some(path) => format!("{path}: {}", self.message),
            None => self.message.clone(),
        }
    }

    pub fn position(&self) -> Option<Position> {
        self.place.as_ref().map(crate::source::Place::position)
    }
}
