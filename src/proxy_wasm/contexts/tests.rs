//! A stream is decided by the root context that it began under, and nothing is kept for longer
//! than it is needed.

use std::collections::HashMap;
use std::sync::Arc;

use bluegreen::table::Table;
use bluegreen::tags::Response;
use bluegreen::variant::Variant;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{ContextId, Streams};
use crate::environment::Vm;

fn table() -> Arc<Table> {
    Arc::new(Table::from_json(br#"{"deployments": [{"name": "a"}]}"#, &Vm).unwrap())
}

fn configured(root: ContextId) -> (Streams, Arc<Table>) {
    let (mut streams, table) = (Streams::default(), table());
    streams.create_root(root);
    streams.configure(root, Arc::clone(&table));
    (streams, table)
}

fn carrying(text: &str) -> Response {
    Response { set_cookie: Some(text.to_owned()), ..Response::default() }
}

fn is_decided_by(streams: &Streams, stream: ContextId, table: &Arc<Table>) -> bool {
    streams.table(stream).is_some_and(|found| Arc::ptr_eq(found, table))
}

#[test]
fn a_stream_of_the_only_plugin_with_nothing_to_tell_is_kept_nowhere() {
    let (mut streams, table) = configured(1);
    for stream in 2..1_000 {
        streams.create(stream, 1);
        assert!(is_decided_by(&streams, stream, &table));
        streams.keep(stream, Response::default());
        assert_eq!(streams.kept(), 0);
    }
}

#[test]
fn a_response_carries_what_its_own_request_was_promised_and_only_once() {
    let (mut streams, _) = configured(1);
    streams.create(2, 1);
    streams.create(3, 1);
    streams.keep(2, carrying("two"));
    streams.keep(3, carrying("three"));
    assert_eq!(streams.take_response(2), Some(carrying("two")));
    assert_eq!(streams.take_response(2), None);
    assert_eq!(streams.take_response(3), Some(carrying("three")));
}

#[test]
fn a_response_header_of_the_variant_is_something_to_tell() {
    let (mut streams, _) = configured(1);
    let variant = Some(("x-variant".into(), Variant::Green));
    streams.keep(2, Response { variant, ..Response::default() });
    assert!(streams.take_response(2).is_some());
}

#[test]
fn a_stream_that_ends_before_its_response_leaves_nothing_behind() {
    let (mut streams, _) = configured(1);
    streams.create(2, 1);
    streams.keep(2, carrying("two"));
    assert!(!streams.delete(2));
    assert_eq!((streams.kept(), streams.take_response(2)), (0, None));
}

#[test]
fn a_plugin_without_a_configuration_decides_nothing() {
    let mut streams = Streams::default();
    streams.create_root(1);
    streams.create(2, 1);
    assert!(streams.table(2).is_none());
    assert!(streams.table(99).is_none() && Streams::default().table(2).is_none());
}

#[test]
fn a_root_context_that_is_gone_gives_its_table_back() {
    let (mut streams, table) = configured(1);
    assert!(streams.delete(1));
    assert_eq!(Arc::strong_count(&table), 1);
    assert!(!streams.delete(1));
}

#[test]
fn the_streams_of_an_old_configuration_keep_it_until_they_end() {
    let (mut streams, old) = configured(1);
    streams.create(2, 1);
    streams.create_root(3);
    let new = table();
    streams.configure(3, Arc::clone(&new));
    streams.create(4, 3);
    assert!(is_decided_by(&streams, 2, &old) && is_decided_by(&streams, 4, &new));
    streams.delete(2);
    streams.delete(1);
    streams.create(5, 3);
    assert!(is_decided_by(&streams, 4, &new) && is_decided_by(&streams, 5, &new));
    streams.delete(4);
    assert_eq!(streams.kept(), 0, "the new configuration is the usual one now");
}

/// What Envoy may do with the contexts of a VM; positions are among those that live.
#[derive(Clone, Debug)]
enum Event {
    CreateRoot,
    Configure(prop::sample::Index),
    Create(prop::sample::Index),
    Keep(prop::sample::Index),
    TakeResponse(prop::sample::Index),
    Delete(prop::sample::Index),
    DeleteRoot(prop::sample::Index),
}

fn event() -> impl Strategy<Value = Event> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        1 => Just(Event::CreateRoot),
        2 => at().prop_map(Event::Configure),
        6 => at().prop_map(Event::Create),
        3 => at().prop_map(Event::Keep),
        3 => at().prop_map(Event::TakeResponse),
        4 => at().prop_map(Event::Delete),
        1 => at().prop_map(Event::DeleteRoot),
    ]
}

/// Everything of every context in one map each.
#[derive(Default)]
struct Naive {
    roots: HashMap<ContextId, Option<Arc<Table>>>,
    streams: HashMap<ContextId, (ContextId, Option<Response>)>,
    last: ContextId,
}

impl Naive {
    fn next(&mut self) -> ContextId {
        self.last = self.last.wrapping_add(1);
        self.last
    }

    fn one_of(ids: impl Iterator<Item = ContextId>, at: prop::sample::Index) -> Option<ContextId> {
        let mut ids: Vec<_> = ids.collect();
        ids.sort_unstable();
        (!ids.is_empty()).then(|| *at.get(&ids))
    }

    fn root(&self, at: prop::sample::Index) -> Option<ContextId> {
        Self::one_of(self.roots.keys().copied(), at)
    }

    fn stream(&self, at: prop::sample::Index) -> Option<ContextId> {
        Self::one_of(self.streams.keys().copied(), at)
    }

    /// Does the same to both.
    fn apply(&mut self, event: &Event, streams: &mut Streams) -> Option<()> {
        match event {
            Event::CreateRoot => {
                let root = self.next();
                self.roots.insert(root, None);
                streams.create_root(root);
            }
            Event::Configure(at) => {
                let (root, table) = (self.root(*at)?, table());
                self.roots.insert(root, Some(Arc::clone(&table)));
                streams.configure(root, table);
            }
            Event::Create(at) => {
                let (root, stream) = (self.root(*at)?, self.next());
                self.streams.insert(stream, (root, None));
                streams.create(stream, root);
            }
            Event::Keep(at) => {
                let stream = self.stream(*at)?;
                let response = carrying(&stream.to_string());
                self.streams.get_mut(&stream)?.1 = Some(response.clone());
                streams.keep(stream, response);
            }
            Event::TakeResponse(at) => {
                let stream = self.stream(*at)?;
                let response = self.streams.get_mut(&stream)?.1.take();
                assert_eq!(streams.take_response(stream), response);
            }
            Event::Delete(at) => {
                let stream = self.stream(*at)?;
                self.streams.remove(&stream);
                assert!(!streams.delete(stream));
            }
            Event::DeleteRoot(at) => {
                let root = self.root(*at)?;
                if self.streams.values().any(|(of, _)| *of == root) {
                    return None;
                }
                self.roots.remove(&root);
                assert!(streams.delete(root));
            }
        }
        Some(())
    }
}

proptest! {
    #[test]
    fn whatever_begins_and_ends_in_any_order_each_stream_has_the_table_of_its_root(
        events in vec(event(), 1..80),
    ) {
        let (mut naive, mut streams) = (Naive::default(), Streams::default());
        for event in &events {
            naive.apply(event, &mut streams);
            for (stream, (root, _)) in &naive.streams {
                let expected = naive.roots[root].as_ref().map(Arc::as_ptr);
                prop_assert_eq!(streams.table(*stream).map(Arc::as_ptr), expected);
            }
            prop_assert!(streams.kept() <= naive.streams.len());
        }
    }
}

#[test]
fn what_a_stream_left_is_for_the_one_that_begins_next_and_for_no_other() {
    let (mut streams, _) = configured(1);
    let begin = |streams: &mut Streams, stream| {
        streams.create(stream, 1);
        streams.first_pass(stream).and_then(|left| left.set_cookie.clone())
    };
    assert_eq!(begin(&mut streams, 2), None);
    streams.keep(2, carrying("id=2; Path=/"));
    streams.delete(2);
    assert_eq!(begin(&mut streams, 3).as_deref(), Some("id=2; Path=/"));
    let left = streams.first_pass(3).unwrap();
    assert_eq!(left.lines, [(b"cookie".to_vec(), b"id=2".to_vec())]);
    assert_eq!(begin(&mut streams, 4), None);
    assert!(streams.first_pass(3).is_none());

    // One whose response came left nothing.
    streams.keep(3, carrying("id=3"));
    streams.take_response(3);
    streams.delete(3);
    assert_eq!(begin(&mut streams, 5), None);

    // Of two that ended the last counts, even if it left nothing.
    streams.keep(5, carrying("id=5"));
    streams.delete(5);
    streams.delete(4);
    assert_eq!(begin(&mut streams, 6), None);
    assert_eq!(streams.kept(), 0);
}
