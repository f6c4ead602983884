//! What is wrong with a configuration: every fault with its JSON path and the reason.

use std::fmt;

/// Longest value that is repeated in a fault, in characters.
const LONGEST_VALUE: usize = 80;

/// Most faults that are told: nobody reads more, and looking for them takes time.
const MOST_FAULTS: usize = 100;

/// One fault of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    path: Path,
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
    Clash(Path),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.0.as_str() {
            "" => f.write_str(&self.reason),
            path => write!(f, "{path}: {}", self.reason),
        }
    }
}

/// Where in the configuration something stands: `deployments[3].match.hosts[0]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(String);

impl Path {
    /// The configuration itself.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The value under a key of this object.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let legible = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let key = if legible { key.into() } else { shortened(&format!("{key:?}")) };
        Self(if self.0.is_empty() { key } else { format!("{}.{key}", self.0) })
    }

    /// An element of this list.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    /// Whether a secret may stand here, also one in the wrong place: no fault may repeat it.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.0.contains("override.keys")
    }

    /// Whether this is the other or stands inside it.
    fn is_within(&self, other: &Self) -> bool {
        self.0
            .strip_prefix(&other.0)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
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
        self.push(Fault { path: path.clone(), reason: reason.into(), kind: Kind::Value });
    }

    /// Adds a fault of something that is missing in the object at a path.
    pub fn add_lack(&mut self, path: &Path, reason: impl Into<String>) {
        self.push(Fault { path: path.clone(), reason: reason.into(), kind: Kind::Lack });
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
        self.add(path, format!("{} {reason}", shortened(&format!("{value:?}"))));
    }

    /// Adds a fault of a value that is what an earlier one is already.
    pub fn add_clash(&mut self, path: &Path, earlier: Path) {
        let reason = format!("is the same as {earlier}");
        self.push(Fault { path: path.clone(), reason, kind: Kind::Clash(earlier) });
    }

    /// Adds what another reading found, less what only follows from a fault known already: what
    /// stands where something was taken out, and what lacks or equals something only since then.
    pub fn add_consequences(&mut self, more: Self) {
        let known: Vec<Path> = self.told.iter().map(|fault| fault.path.clone()).collect();
        let is_lost = |path: &Path| known.iter().any(|known| path.is_within(known));
        let lost_a_part = |path: &Path| known.iter().any(|known| known.is_within(path));
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
