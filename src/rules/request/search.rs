//! Several names looked for in one list of cookies or parameters, which is read once: what is met
//! on the way to one name is kept for those that are asked for later. A list is never read further
//! than to the last name that was asked for.

use crate::bytes::ByteMap;
use crate::wire::Lengths;

/// Names of cookies or of parameters that may be asked for.
#[derive(Clone, Debug, Default)]
pub struct Names {
    lengths: Lengths,
    places: ByteMap<()>,
}

impl Names {
    /// Adds a name.
    pub fn add(&mut self, name: &[u8]) {
        self.lengths = self.lengths.or(Lengths::of(name));
        self.places.insert(name, ());
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    fn place(&self, name: &[u8]) -> Option<usize> {
        if !self.lengths.may_have(name) {
            return None;
        }
        self.places.get_with_place(name).map(|(place, ())| place)
    }
}

/// What a list holds.
pub trait Named<'a>: Copy {
    /// Whether it has this name.
    fn is_named(self, name: &[u8]) -> bool;

    /// What to do with its name.
    fn with_name<R>(self, use_name: impl FnOnce(&[u8]) -> R) -> R;
}

/// A list on the way through it.
#[derive(Clone, Debug)]
pub struct Search<'n, I: Iterator> {
    names: &'n Names,
    rest: I,
    /// Whether a name may be asked for several times, and so is kept even if it is the only one.
    keeps: bool,
    /// What was met of other names: the first of each.
    met: Met<I::Item>,
}

/// Most lists have a few names of interest at most, which need no memory of their own.
#[derive(Clone, Debug)]
enum Met<T> {
    None,
    Few([Option<T>; FEW]),
    Many(Vec<Option<T>>),
}

const FEW: usize = 4;

impl<'a, 'n, T: Named<'a>, I: Iterator<Item = T> + Clone> Search<'n, I> {
    /// Begins at the start of a list.
    #[must_use]
    pub fn new(names: &'n Names, rest: I, keeps: bool) -> Self {
        Self { names, rest, keeps, met: Met::None }
    }

    /// The first of a name, which is one of those that may be asked for.
    pub fn find(&mut self, name: &[u8]) -> Option<T> {
        if !self.keeps && self.names.places.len() < 2 {
            return self.rest.clone().find(|item| item.is_named(name));
        }
        self.find_among(self.names.place(name)?)
    }

    #[inline(never)] // So that a single name does not pay for it.
    fn find_among(&mut self, wanted: usize) -> Option<T> {
        let known = self.met.slots().and_then(|slots| *slots.get(wanted)?);
        if known.is_some() {
            return known;
        }
        let (names, met) = (self.names, &mut self.met);
        self.rest.find_map(|item| {
            let place = item.with_name(|name| names.place(name))?;
            if let Some(slot) = met.slots_for(names.places.len()).get_mut(place) {
                slot.get_or_insert(item);
            }
            (place == wanted).then_some(item)
        })
    }
}

impl<T: Copy> Met<T> {
    fn slots(&self) -> Option<&[Option<T>]> {
        match self {
            Self::None => None,
            Self::Few(slots) => Some(slots),
            Self::Many(slots) => Some(slots),
        }
    }

    fn slots_for(&mut self, names: usize) -> &mut [Option<T>] {
        if matches!(self, Self::None) {
            *self =
                if names <= FEW { Self::Few([None; FEW]) } else { Self::Many(vec![None; names]) };
        }
        match self {
            Self::None => &mut [],
            Self::Few(slots) => slots,
            Self::Many(slots) => slots,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::request::{Parameter, all_parameters, find_parameter};

    #[test]
    fn each_of_many_names_is_found_as_if_it_were_alone() {
        const QUERY: &[u8] = b"b=1&a=2&%61=3&z&c=&b=4&k%209=x&c=5&&=7&d=%2B";
        let all = ["a", "b", "c", "d", "e", "k 9", "z", "zz", "y"];
        for count in 1..=all.len() {
            let mut names = Names::default();
            all.iter().take(count).for_each(|name| names.add(name.as_bytes()));
            for (first, keeps) in (0..count).flat_map(|first| [(first, false), (first, true)]) {
                let mut search = Search::new(&names, all_parameters(QUERY), keeps);
                for name in all.iter().take(count).cycle().skip(first).take(count) {
                    let expected = find_parameter(QUERY, name.as_bytes());
                    let found = search.find(name.as_bytes()).map(Parameter::value);
                    assert_eq!(found, expected, "{name} of {count} names");
                }
            }
        }
    }

    #[test]
    fn a_list_is_read_once_and_no_further_than_needed() {
        let query: Vec<u8> = (0..1000).flat_map(|n| format!("k{n}=v&").into_bytes()).collect();
        let mut names = Names::default();
        (0..1100).for_each(|n| names.add(format!("k{n}").as_bytes()));
        let read = Cell::new(0);
        let counted = all_parameters(&query).inspect(|_| read.set(read.get() + 1));
        let mut search = Search::new(&names, counted, false);
        assert!(search.find(b"k9").is_some());
        assert_eq!(read.get(), 10);
        for n in 0..1100 {
            assert_eq!(search.find(format!("k{n}").as_bytes()).is_some(), n < 1000);
        }
        assert_eq!(read.get(), 1000);
    }

    #[test]
    fn a_list_is_read_once_for_a_single_name_that_is_asked_for_often() {
        let mut names = Names::default();
        names.add(b"b");
        let read = Cell::new(0);
        let counted = all_parameters(b"a=1&b=2&c=3").inspect(|_| read.set(read.get() + 1));
        let mut search = Search::new(&names, counted, true);
        for _ in 0..10 {
            assert_eq!(search.find(b"b").unwrap().value(), &b"2"[..]);
        }
        assert_eq!((search.find(b"a").is_some(), read.get()), (false, 2));
    }
}
