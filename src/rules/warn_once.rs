//! What a proxy has warned of, so that it logs each thing once.

/// Most warnings of a proxy: whoever reads a log does not read more, and what is kept must end.
const MOST: usize = 256;

/// The keys of all warnings that were logged, in their order: a set of so few needs no hashing.
#[derive(Debug, Default)]
pub struct Warned(Vec<u64>);

/// What to do about a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Log it: nobody has seen it.
    New,
    /// Log that no further warnings will be logged.
    Last,
    /// Log nothing.
    Silent,
}

impl Warned {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Notes the warning of a key.
    pub fn note(&mut self, key: u64) -> Warning {
        if self.0.len() > MOST {
            return Warning::Silent;
        }
        let Err(place) = self.0.binary_search(&key) else { return Warning::Silent };
        self.0.insert(place, key);
        if self.0.len() > MOST { Warning::Last } else { Warning::New }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_256_warnings_one_line_says_that_there_will_be_no_more() {
        let mut warned = Warned::default();
        for key in 0..256 {
            assert_eq!(warned.note(key), Warning::New, "{key}");
            assert_eq!(warned.note(key), Warning::Silent, "{key}");
        }
        assert_eq!(warned.note(256), Warning::Last);
        for key in 0..1_000 {
            assert_eq!(warned.note(key), Warning::Silent, "{key}");
        }
        assert_eq!(warned.0.len(), 257);
    }
}
