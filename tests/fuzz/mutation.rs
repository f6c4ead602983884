//! Changes of byte strings.

use proptest::prelude::*;
use proptest::sample::Index;

/// A change of one place.
#[derive(Clone, Debug)]
pub enum Mutation {
    Flip(Index, u8),
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    /// A word that means something to the target.
    Keyword(Index, Index),
    /// Bytes of here are gone.
    Cut(Index, u8),
    /// Bytes of here stand there as well.
    Copy(Index, Index, u8),
    /// What follows is that of another seed.
    Splice(Index, Index, Index),
}

/// Seeds after a few changes, few more often than many.
pub fn mutated(seeds: &[Vec<u8>], words: &[&str]) -> impl Strategy<Value = Vec<u8>> + use<> {
    let seeds = seeds.to_vec();
    let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
    let changes = prop_oneof![
        4 => prop::collection::vec(mutation(), 0..3),
        1 => prop::collection::vec(mutation(), 0..12),
    ];
    (any::<Index>(), changes).prop_map(move |(seed, changes)| {
        let seed = seed.get::<Vec<u8>>(&seeds).clone();
        changes.iter().fold(seed, |bytes, change| change.apply(bytes, &seeds, &words))
    })
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<Index>;
    prop_oneof![
        (at(), 0..8_u8).prop_map(|(at, bit)| Mutation::Flip(at, 1 << bit)),
        (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Set(at, byte)),
        (at(), prop::collection::vec(any::<u8>(), 1..4))
            .prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        (at(), at()).prop_map(|(at, word)| Mutation::Keyword(at, word)),
        (at(), 1..20_u8).prop_map(|(at, size)| Mutation::Cut(at, size)),
        (at(), at(), 1..20_u8).prop_map(|(from, to, size)| Mutation::Copy(from, to, size)),
        (at(), at(), at()).prop_map(|(at, seed, from)| Mutation::Splice(at, seed, from)),
    ]
}

impl Mutation {
    fn apply(&self, mut bytes: Vec<u8>, seeds: &[Vec<u8>], words: &[Vec<u8>]) -> Vec<u8> {
        let place = |at: &Index, bytes: &[u8]| at.index(bytes.len() + 1);
        let end = |from: usize, size: u8, bytes: &[u8]| bytes.len().min(from + usize::from(size));
        match self {
            Self::Flip(at, bit) => {
                let at = place(at, &bytes);
                bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= bit);
            }
            Self::Set(at, value) => {
                let at = place(at, &bytes);
                bytes.get_mut(at).into_iter().for_each(|byte| *byte = *value);
            }
            Self::Insert(at, new) => {
                let at = place(at, &bytes);
                bytes.splice(at..at, new.iter().copied());
            }
            Self::Keyword(at, word) => {
                let at = place(at, &bytes);
                bytes.splice(at..at, word.get::<Vec<u8>>(words).iter().copied());
            }
            Self::Cut(at, size) => {
                let at = place(at, &bytes);
                bytes.drain(at..end(at, *size, &bytes));
            }
            Self::Copy(from, to, size) => {
                let (from, to) = (place(from, &bytes), place(to, &bytes));
                let copy = bytes[from..end(from, *size, &bytes)].to_vec();
                bytes.splice(to..to, copy);
            }
            Self::Splice(at, seed, from) => {
                let other = seed.get::<Vec<u8>>(seeds);
                bytes.truncate(place(at, &bytes));
                bytes.extend_from_slice(&other[place(from, other)..]);
            }
        }
        bytes
    }
}
