//! A user who always fails counts once.
//!
//! A split that keeps each user on one variant gives green some of the users who fail whatever the
//! version, and perhaps more of them than its share. The answers of one user are no independent
//! trials, so they must not count as such. After an answer of a user counted, none of the same
//! user counts until one succeeds. Whether an answer counts is settled when the request comes.
//! Otherwise the choice would depend on how the answer ended.

use crate::split::Bucket;

/// How many groups of users are told apart.
pub const GROUPS: usize = 4096;

const BITS: usize = 64;
const WORDS: usize = GROUPS / BITS;

/// The users of one deployment whose next answer does not count, as one worker knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Users {
    /// Made when the first answer is watched.
    words: Option<Box<[u64; WORDS]>>,
}

/// How a watched answer ended, for its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It succeeded.
    Succeeded,
    /// It failed.
    Failed,
    /// It says nothing about the variant, as when the client went away.
    Nothing,
}

impl Users {
    /// A watched request of a user begins. Returns whether its answer counts.
    pub fn begin(&mut self, user: Bucket) -> bool {
        let (group, bit) = place(user);
        let words = self.words.get_or_insert_with(|| Box::new([0; WORDS]));
        let Some(word) = words.get_mut(group) else { return false };
        let counts = *word & bit == 0;
        *word |= bit;
        counts
    }

    /// A watched request of a user has ended. `counts` is what [`Self::begin`] returned.
    pub fn end(&mut self, user: Bucket, counts: bool, ending: Ending) {
        let (group, bit) = place(user);
        let word = self.words.as_mut().and_then(|words| words.get_mut(group));
        // If the one that counted has shown nothing, the next one may.
        let is_free = ending == Ending::Succeeded || ending == Ending::Nothing && counts;
        if is_free && let Some(word) = word {
            *word &= !bit;
        }
    }
}

/// Where the bit of a user is. The first bits of a bucket are its place in the split: users of one
/// variant are neighbours there. So the last twelve bits tell the groups apart.
fn place(user: Bucket) -> (usize, u64) {
    let group = usize::try_from(user.0 / 64 % 64).unwrap_or(0);
    (group, 1_u64.wrapping_shl(u32::try_from(user.0 % 64).unwrap_or(0)))
}
