//! Sorting of anything by one piece of code: a sort of its own for each type would take a tenth of
//! the filter.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// The values in ascending order.
pub fn sorted<T: Ord>(values: Vec<T>) -> Vec<T> {
    let compare = |a: usize, b: usize| values.get(a).cmp(&values.get(b));
    let places = places(values.len(), &compare);
    let mut values: Vec<Option<T>> = values.into_iter().map(Some).collect();
    places.into_iter().filter_map(|place| values.get_mut(place)?.take()).collect()
}

/// The places of so many values, in the order of the values.
#[inline(never)] // One piece of code.
fn places(length: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    // A heap has a tenth of the code of `sort_unstable`.
    let heap: BinaryHeap<_> = (0..length).map(|place| Place { place, compare }).collect();
    heap.into_sorted_vec().into_iter().map(|entry| entry.place).collect()
}

/// The place of a value, compared as the value is.
struct Place<'a> {
    place: usize,
    compare: &'a dyn Fn(usize, usize) -> Ordering,
}

impl Ord for Place<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.compare)(self.place, other.place)
    }
}

impl PartialOrd for Place<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Place<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Place<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_sorted_and_none_is_lost() {
        let values: Vec<u32> = (0..1000).map(|n| n * 7919 % 503).collect();
        let mut expected = values.clone();
        expected.sort_unstable();
        assert_eq!(sorted(values), expected);
        assert!(sorted(Vec::<u8>::new()).is_empty());
    }
}
