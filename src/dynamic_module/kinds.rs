//! Which type each value of metadata had when it was last read.
//!
//! Envoy has a function for each type and tells by none which one a value has. Asked for another
//! type, it writes an error to its log. So the type that a value had is asked for first: Envoy
//! logs a few lines after a push and not at each request.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use hashbrown::HashMap;

/// The types that Envoy hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Number,
    Text,
    List,
}

/// How often a value is asked for again that has no such type.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many values are remembered; more are rare, and then all are asked for anew.
const MOST: usize = 4096;

#[derive(Clone, Copy, Debug)]
enum Known {
    Kind(Kind),
    /// None of them, at that time.
    Other(Instant),
}

thread_local! {
    /// By an address that belongs to the value.
    static KNOWN: RefCell<HashMap<usize, Known>> = RefCell::default();
}

/// Asks for a value by one type after the other until `read` finds it; the type that it has. None
/// if it has none of them, which is believed for a second.
pub fn find(address: usize, likely: Kind, mut read: impl FnMut(Kind) -> bool) -> Option<Kind> {
    let first = match known(address) {
        Some(Known::Other(since)) if since.elapsed() < PATIENCE => return None,
        Some(Known::Kind(kind)) => kind,
        _ => likely,
    };
    if read(first) {
        return Some(first);
    }
    let found = another(first, read);
    remember(address, found.map_or_else(|| Known::Other(Instant::now()), Known::Kind));
    found
}

/// The same of a value that another request has otherwise or not at all: nothing is believed.
pub fn find_of_request(address: usize, likely: Kind, mut read: impl FnMut(Kind) -> bool) {
    let first = match known(address) {
        Some(Known::Kind(kind)) => kind,
        _ => likely,
    };
    if !read(first)
        && let Some(found) = another(first, read)
    {
        remember(address, Known::Kind(found));
    }
}

fn another(first: Kind, mut read: impl FnMut(Kind) -> bool) -> Option<Kind> {
    let kinds = [Kind::Text, Kind::Bool, Kind::Number, Kind::List];
    kinds.into_iter().filter(|kind| *kind != first).find(|kind| read(*kind))
}

fn known(address: usize) -> Option<Known> {
    // Most flags are what is likely, and then nothing is remembered.
    KNOWN.with_borrow(|known| if known.is_empty() { None } else { known.get(&address).copied() })
}

fn remember(address: usize, news: Known) {
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(address, news);
    });
}
