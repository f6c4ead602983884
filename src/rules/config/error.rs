//! What is wrong with a configuration: every error with its JSON path and the reason.
//!
//! The texts are those that operators know from Kubernetes' `field.Error`: the path first, then
//! `required`, `duplicate of …`, or the value and what it should be.

use std::fmt;

use super::warning::Warnings;

/// Longest value that is repeated in an error, in characters.
const LONGEST_VALUE: usize = 80;

/// Most errors that are reported: nobody reads more, and looking for them takes time.
pub(super) const MOST_ERRORS: usize = 100;

/// One error of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    path: String,
    reason: String,
    kind: Kind,
}

/// What kind of error it is, which decides whether it may only follow from another.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// The value cannot be.
    Invalid,
    /// There is no value.
    Required,
    /// The value equals that at another path.
    Duplicate(String),
}

impl ConfigError {
    /// Where it is: `deployments[3].match.hosts[0]`. Empty for the configuration as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong there.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.reason),
            path => write!(f, "{path}: {}", self.reason),
        }
    }
}

/// Where in the configuration something is: `deployments[3].match.hosts[0]`. Made at every
/// part that is read, so it costs nothing until an error wants its text.
#[derive(Clone, Copy, Debug, Default)]
pub enum Path<'a> {
    /// The configuration itself.
    #[default]
    Root,
    /// The value under a key of an object.
    Key(&'a Path<'a>, &'a str),
    /// An element of a list.
    Index(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    /// The value under a key of this object.
    #[must_use]
    pub fn key(&'a self, key: &'a str) -> Self {
        Self::Key(self, key)
    }

    /// An element of this list.
    #[must_use]
    pub fn index(&'a self, index: usize) -> Self {
        Self::Index(self, index)
    }

    /// Whether this is the value under a key of an object.
    #[must_use]
    pub fn ends_in(&self, name: &str) -> bool {
        matches!(self, Self::Key(_, key) if *key == name)
    }

    /// This path without the objects that another is in too.
    fn relative_to(&self, other: &Path) -> String {
        let (whole, other) = (self.to_string(), other.to_string());
        let alike = whole.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
        let common = whole.as_bytes().get(..alike).unwrap_or_default();
        let start =
            common.iter().rposition(|byte| *byte == b'.').map_or(0, |dot| dot.saturating_add(1));
        whole.get(start..).unwrap_or(&whole).to_owned()
    }

    /// Whether a secret may be here, also one in the wrong place: no error repeats what is
    /// in an override.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        match self {
            Self::Root => false,
            Self::Key(_, "override" | "salt_env") => true,
            Self::Key(parent, _) | Self::Index(parent, _) => parent.is_secret(),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parent, key) = match self {
            Self::Root => return Ok(()),
            Self::Index(parent, index) => return write!(f, "{parent}[{index}]"),
            Self::Key(parent, key) => (parent, key),
        };
        if !matches!(parent, Self::Root) {
            write!(f, "{parent}.")?;
        }
        if key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            f.write_str(&shortened(key))
        } else {
            f.write_str(&shortened(&format!("{key:?}")))
        }
    }
}

/// Whether the text of a path is another's or leads into it.
fn is_within(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The errors of a configuration in the order found, as many as anybody reads, and its warnings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigErrors {
    reported: Vec<ConfigError>,
    omitted: usize,
    warnings: Warnings,
}

impl ConfigErrors {
    /// Adds an error: `path: reason`.
    #[inline(never)] // As the others below: many places add errors, and none is in a hurry.
    pub fn add(&mut self, path: &Path, reason: impl Into<String>) {
        self.push(path, Kind::Invalid, |_| reason.into());
    }

    /// Adds a warning: `path: reason`.
    pub fn warn<R: Into<String>>(&mut self, path: &Path, reason: impl FnOnce() -> R) {
        self.warnings.add(path, reason);
    }

    /// The warnings beside the errors.
    #[must_use]
    pub fn into_warnings(self) -> Warnings {
        self.warnings
    }

    /// Adds an error of a value: `path: "value" reason`.
    #[inline(never)]
    pub fn invalid(&mut self, path: &Path, value: &str, reason: impl fmt::Display) {
        self.push(path, Kind::Invalid, |path| {
            if path.is_secret() {
                format!("this value {reason}")
            } else {
                format!("{} {reason}", shortened(&format!("{value:?}")))
            }
        });
    }

    /// Adds an error of a value that is missing: `path: required`.
    #[inline(never)]
    pub fn required(&mut self, path: &Path) {
        self.push(path, Kind::Required, |_| "required".to_owned());
    }

    /// Adds an error of an object that lacks keys: ``path: required: exactly one of `a`, `b` ``.
    #[inline(never)]
    pub fn required_keys(&mut self, path: &Path, which: &str) {
        self.push(path, Kind::Required, |_| format!("required: {which}"));
    }

    /// Adds an error of a value that equals an earlier one: `path: duplicate of earlier`. The
    /// earlier path is written without the objects that both are in.
    #[inline(never)]
    pub fn duplicate(&mut self, path: &Path, earlier: &Path) {
        if self.is_full() {
            self.omitted = self.omitted.saturating_add(1);
            return;
        }
        let kind = Kind::Duplicate(earlier.to_string());
        self.push(path, kind, |path| format!("duplicate of {}", earlier.relative_to(path)));
    }

    /// Writes an error only if it will be reported.
    fn push(&mut self, path: &Path, kind: Kind, reason: impl FnOnce(&Path) -> String) {
        if self.is_full() {
            self.omitted = self.omitted.saturating_add(1);
        } else {
            self.reported.push(ConfigError { path: path.to_string(), reason: reason(path), kind });
        }
    }

    /// Whether no further error will be reported, so that none needs to be looked for.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.reported.len() >= MOST_ERRORS
    }

    /// Adds what another reading found, less what only follows from an error known already: what
    /// stands where something was taken out, and what lacks or equals something only since then.
    pub fn add_consequences(&mut self, more: Self) {
        let known: Vec<String> = self.reported.iter().map(|error| error.path.clone()).collect();
        let is_lost = |path: &str| known.iter().any(|known| is_within(path, known));
        let lost_a_part = |path: &str| known.iter().any(|known| is_within(known, path));
        for error in more.reported {
            let follows = is_lost(&error.path)
                || match &error.kind {
                    Kind::Invalid => false,
                    Kind::Required => lost_a_part(&error.path),
                    Kind::Duplicate(other) => {
                        lost_a_part(&error.path) || lost_a_part(other) || is_lost(other)
                    }
                };
            if follows {
                continue;
            }
            if self.is_full() {
                self.omitted = self.omitted.saturating_add(1);
            } else {
                self.reported.push(error);
            }
        }
        self.omitted = self.omitted.saturating_add(more.omitted);
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reported.is_empty()
    }

    /// The errors that are reported, in the order found.
    pub fn iter(&self) -> std::slice::Iter<'_, ConfigError> {
        self.reported.iter()
    }

    /// How many were found. It rises with each, also where it is not reported.
    #[must_use]
    pub fn count(&self) -> usize {
        self.reported.len().saturating_add(self.omitted)
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reported.iter().try_for_each(|error| writeln!(f, "{error}"))
    }
}

impl<'a> IntoIterator for &'a ConfigErrors {
    type Item = &'a ConfigError;
    type IntoIter = std::slice::Iter<'a, ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl std::error::Error for ConfigErrors {}

/// A value as an error repeats it: cut where it is long.
#[must_use]
pub fn shortened(value: &str) -> String {
    match value.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
    }
}
