//! How two of these filters in one chain are seen: each leaves a mark on some requests, and looks
//! for another's on some.
//!
//! To do both with every request would cost too much, so it is done at intervals without a common
//! divisor. So in whatever step two filters count, one of 16,256 requests is both marked by the one
//! and looked at by the other, and where both have just started the second request is.

/// What is done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Whether the filter looks for another's mark.
    pub is_looked_at: bool,
    /// Whether the filter leaves its own.
    pub is_marked: bool,
}

impl Turn {
    /// The turn of a request by its number, from 0.
    #[must_use]
    #[inline(always)]
    pub const fn of(request: u32) -> Self {
        Self { is_looked_at: request % 128 == 1, is_marked: request % 127 < 2 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Requests until the second of two filters sees a mark of the first, in steps of `step`.
    fn until_seen(first: u32, second: u32, step: u32) -> Option<u32> {
        (0_u32..16_256).find(|n| {
            let request = |first: u32| Turn::of(first.wrapping_add(n.wrapping_mul(step)));
            request(first).is_marked && request(second).is_looked_at
        })
    }

    #[test]
    fn two_filters_that_count_apart_see_each_other_whenever_they_started() {
        for start in [0, 1, 5, 126, 127, 128, 129, 1_000, 16_255] {
            assert!(
                until_seen(start, 0, 1).is_some() && until_seen(0, start, 1).is_some(),
                "{start}"
            );
        }
        assert_eq!(until_seen(0, 0, 1), Some(1));
    }

    #[test]
    fn two_filters_that_count_together_see_each_other_at_once() {
        assert_eq!(until_seen(0, 1, 2), Some(0));
    }

    #[test]
    fn most_requests_are_left_alone() {
        let turns = (0..16_256).map(Turn::of);
        assert_eq!(turns.filter(|turn| turn.is_looked_at || turn.is_marked).count(), 127 + 256 - 2);
    }
}
