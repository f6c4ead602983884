//! Properties of a host: attributes of a request, and filter metadata.

use std::fmt;

use crate::config::{ConfigErrors, Path};

/// Path of a property, its segments joined by zero bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyPath(Box<[u8]>);

impl PropertyPath {
    /// Joins segments, none of which may hold a zero byte.
    #[must_use]
    pub fn new(segments: &[&str]) -> Self {
        Self(segments.join("\0").into_bytes().into_boxed_slice())
    }

    /// Validates the segments of a configuration; None where that added errors.
    pub fn segments<'a>(
        segments: &'a [String],
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Option<Vec<&'a str>> {
        if segments.is_empty() {
            errors.add(at, "is empty");
            return None;
        }
        for (index, segment) in segments.iter().enumerate() {
            if segment.is_empty() || segment.contains('\0') {
                errors.invalid(&at.index(index), segment, "cannot be a part of a path");
                return None;
            }
        }
        Some(segments.iter().map(String::as_str).collect())
    }

    /// The segments with a zero byte between them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The segments with a dot between them.
impl fmt::Display for PropertyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0).replace('\0', "."))
    }
}

/// What a host says of filter metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Property {
    /// Nothing is there.
    Absent,
    /// The value in the encoding that [`crate::host::Host::value`] reads.
    Bytes(Vec<u8>),
    /// Something is there that the host cannot encode, such as a null.
    Unreadable,
}
