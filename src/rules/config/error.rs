//! What is wrong with a configuration: every fault with its JSON path and the reason.

use std::fmt;

/// Longest value that is repeated in a fault, in characters.
const LONGEST_VALUE: usize = 80;

/// Most faults that are told: nobody reads more, and looking for them takes time.
const MOST_FAULTS: usize = 100;

/// One fault of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    path: String,
    reason: String,
    kind: Kind,
}

/// What a fault lies in, which decides whether it may only follow from another.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// In what stands there.
    Value,
    /// In what does not stand there.
    Lack,
    /// In what stands elsewhere as well.
    Clash(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.reason),
            path => write!(f, "{path}: {}", self.reason),
        }
    }
}

/// Where in the configuration something stands: `deployments[3].match.hosts[0]`. Made at every
/// part that is read, so it costs nothing until a fault wants its text.
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

    /// Whether a secret may stand here, also one in the wrong place: no fault repeats what stands
    /// in an override.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        match self {
            Self::Root => false,
            Self::Key(_, "override") => true,
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
            f.write_str(key)
        } else {
            f.write_str(&shortened(&format!("{key:?}")))
        }
    }
}

/// Whether the text of a path is another's or leads into it.
fn is_within(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The faults of a configuration in the order found, as many as anybody reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    told: Vec<Fault>,
    untold: usize,
}

impl Faults {
    /// Adds a fault: `path: reason`.
    pub fn add(&mut self, path: &Path, reason: impl Into<String>) {
        self.push(Fault { path: path.to_string(), reason: reason.into(), kind: Kind::Value });
    }

    /// Adds a fault of something that is missing in the object at a path.
    pub fn add_lack(&mut self, path: &Path, reason: impl Into<String>) {
        self.push(Fault { path: path.to_string(), reason: reason.into(), kind: Kind::Lack });
    }

    fn push(&mut self, fault: Fault) {
        if self.is_full() {
            self.untold = self.untold.saturating_add(1);
        } else {
            self.told.push(fault);
        }
    }

    /// Whether no further fault will be told.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.told.len() >= MOST_FAULTS
    }

    /// Adds a fault of a text: `path: "value" reason`.
    pub fn add_text(&mut self, path: &Path, value: &str, reason: impl fmt::Display) {
        if path.is_secret() {
            return self.add(path, format!("what stands here {reason}"));
        }
        self.add(path, format!("{} {reason}", shortened(&format!("{value:?}"))));
    }

    /// Adds a fault of a value that is what an earlier one is already.
    pub fn add_clash(&mut self, path: &Path, earlier: &Path) {
        let (path, earlier) = (path.to_string(), earlier.to_string());
        let reason = format!("is the same as {earlier}");
        self.push(Fault { path, reason, kind: Kind::Clash(earlier) });
    }

    /// Adds what another reading found, less what only follows from a fault known already: what
    /// stands where something was taken out, and what lacks or equals something only since then.
    pub fn add_consequences(&mut self, more: Self) {
        let known: Vec<String> = self.told.iter().map(|fault| fault.path.clone()).collect();
        let is_lost = |path: &str| known.iter().any(|known| is_within(path, known));
        let lost_a_part = |path: &str| known.iter().any(|known| is_within(known, path));
        for fault in more.told {
            let follows = is_lost(&fault.path)
                || match &fault.kind {
                    Kind::Value => false,
                    Kind::Lack => lost_a_part(&fault.path),
                    Kind::Clash(other) => {
                        lost_a_part(&fault.path) || lost_a_part(other) || is_lost(other)
                    }
                };
            if !follows {
                self.push(fault);
            }
        }
        self.untold = self.untold.saturating_add(more.untold);
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// The faults that are told, in the order found.
    pub fn iter(&self) -> std::slice::Iter<'_, Fault> {
        self.told.iter()
    }

    /// How many there are, told or not.
    #[must_use]
    pub fn count(&self) -> usize {
        self.told.len().saturating_add(self.untold)
    }

    /// How many more there are than are told.
    #[must_use]
    pub fn untold(&self) -> usize {
        self.untold
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.told.iter().try_for_each(|fault| writeln!(f, "{fault}"))
    }
}

impl<'a> IntoIterator for &'a Faults {
    type Item = &'a Fault;
    type IntoIter = std::slice::Iter<'a, Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl std::error::Error for Faults {}

/// A value as a fault repeats it: cut where it is long.
#[must_use]
pub fn shortened(value: &str) -> String {
    match value.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
    }
}
