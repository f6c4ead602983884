//! Names of all deployments, as flags call them: case does not count.

use crate::bytes::ByteMap;

/// Longest name of a deployment, in bytes.
const LONGEST: usize = 64;

/// Names of all deployments, each with its place in the configuration.
#[derive(Clone, Debug, Default)]
pub struct Names(ByteMap<u32>);

impl Names {
    /// Enters a name of at most 64 bytes.
    ///
    /// # Errors
    /// The place of the deployment that has this name already, in whatever case.
    pub fn enter(&mut self, name: &str, place: usize) -> Result<(), usize> {
        let lower = name.to_ascii_lowercase();
        if let Some(earlier) = self.0.get(lower.as_bytes()) {
            return Err(usize::try_from(*earlier).unwrap_or(usize::MAX));
        }
        self.0.insert(lower.as_bytes(), u32::try_from(place).unwrap_or(u32::MAX));
        Ok(())
    }

    /// Whether a deployment has this name.
    #[must_use]
    pub fn has(&self, name: &[u8]) -> bool {
        let mut lower = [0; LONGEST];
        let Some(lower) = lower.get_mut(..name.len()) else { return false };
        lower.copy_from_slice(name);
        lower.make_ascii_lowercase();
        self.0.get(lower).is_some()
    }

    /// Number of names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_count_in_a_name() {
        let mut names = Names::default();
        assert!(names.is_empty());
        assert_eq!(names.enter("Fraud.v2", 0), Ok(()));
        assert_eq!(names.enter("ham", 1), Ok(()));
        assert_eq!(names.enter("fRAUD.V2", 2), Err(0));
        assert!(names.has(b"FRAUD.v2") && names.has(b"HAM") && !names.has(b"fraud"));
        assert!(!names.has(&[b'h'; 65]) && !names.has(b""));
        assert_eq!(names.len(), 2);
    }
}
