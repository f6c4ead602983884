//! What is wrong with a configuration: every fault with its JSON path and the reason.

use std::fmt;

/// Longest value that is repeated in a fault, in characters.
const LONGEST_VALUE: usize = 80;

/// One fault of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    path: Path,
    /// The other place, where two clash.
    other: Option<Path>,
    reason: String,
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
        match self.0.as_str() {
            "" => Self(key.to_owned()),
            path => Self(format!("{path}.{key}")),
        }
    }

    /// An element of this list.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    /// Whether one of the two stands inside the other, or both are the same.
    fn overlaps(&self, other: &Self) -> bool {
        let (outer, inner) =
            if self.0.len() <= other.0.len() { (self, other) } else { (other, self) };
        inner
            .0
            .strip_prefix(&outer.0)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// All faults of a configuration, in the order found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Adds a fault: `path: reason`.
    pub fn add(&mut self, path: &Path, reason: impl Into<String>) {
        self.0.push(Fault { path: path.clone(), other: None, reason: reason.into() });
    }

    /// Adds a fault of a text: `path: "value" reason`.
    pub fn add_text(&mut self, path: &Path, value: &str, reason: impl fmt::Display) {
        self.add(path, format!("{} {reason}", shortened(&format!("{value:?}"))));
    }

    /// Adds a fault of a value that is what an earlier one is already.
    pub fn add_clash(&mut self, path: &Path, earlier: Path) {
        let reason = format!("is the same as {earlier}");
        self.0.push(Fault { path: path.clone(), other: Some(earlier), reason });
    }

    /// Adds what another reading found, less what only follows from a fault known already.
    pub fn add_consequences(&mut self, more: Self) {
        let follows = |fault: &Fault| {
            self.know(&fault.path) || fault.other.as_ref().is_some_and(|other| self.know(other))
        };
        let new: Vec<Fault> = more.0.into_iter().filter(|fault| !follows(fault)).collect();
        self.0.extend(new);
    }

    /// Whether a fault at this path, above it or inside it is known.
    #[must_use]
    pub fn know(&self, path: &Path) -> bool {
        self.0.iter().any(|fault| fault.path.overlaps(path))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults in the order found.
    pub fn iter(&self) -> std::slice::Iter<'_, Fault> {
        self.0.iter()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|fault| writeln!(f, "{fault}"))
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
