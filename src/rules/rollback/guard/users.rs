//! A user who always fails counts once.
//!
//! A split that keeps each user on one variant gives green some of the users who fail whatever the
//! version, and perhaps more of them than its share. The answers of one user are no independent
//! trials, so they must not count as such. After an answer of a user counted, none of the same
//! user counts until one succeeds.
//!
//! If a variant fails wholly, a few users would soon be silent, and nothing would be left to
//! count. So after [`IN_A_ROW`] failures in a row, of whatever users, all of them count once more.
//! If users who always fail send half of a variant's requests, such a row comes once in 65,536
//! answers.
//!
//! Whether an answer counts is settled when the request comes, by what is past. Otherwise the
//! choice would depend on how the answer ends.

use crate::split::Bucket;

/// How many groups of users are told apart.
pub const GROUPS: usize = 4096;

/// After so many failures in a row all users count once more.
pub const IN_A_ROW: u32 = 16;

const BITS: usize = 64;
const WORDS: usize = GROUPS / BITS;

/// The users of one variant whose next answer does not count, as one worker knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Users {
    /// Made when the first answer is watched.
    words: Option<Box<[u64; WORDS]>>,
    failures_in_a_row: u32,
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
        let Some(words) = &mut self.words else { return };
        self.failures_in_a_row = match ending {
            Ending::Succeeded => 0,
            Ending::Failed => self.failures_in_a_row.saturating_add(1),
            Ending::Nothing => self.failures_in_a_row,
        };
        if self.failures_in_a_row >= IN_A_ROW {
            self.failures_in_a_row = 0;
            words.fill(0);
            return;
        }
        let (group, bit) = place(user);
        // If the one that counted has shown nothing, the next one may.
        let is_free = ending == Ending::Succeeded || ending == Ending::Nothing && counts;
        if is_free && let Some(word) = words.get_mut(group) {
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
