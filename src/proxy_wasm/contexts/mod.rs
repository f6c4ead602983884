//! The streams of a VM: which table decides about each, and what its response has to carry.
//!
//! A VM serves all plugins of its code, and while a configuration changes the old and the new one
//! at the same time, so a stream belongs to the root context that it was created under. Nearly
//! always that is one and the same: its streams are kept nowhere, and cost nothing here.

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::mem;
use std::sync::Arc;

use hashbrown::HashMap;

use bluegreen::table::Table;
use bluegreen::tags::Response;
use bluegreen::wire::FirstPass;
use bluegreen_watch::{Watched, Worker};

/// Envoy's number of a root context or of a stream.
pub type ContextId = u32;

/// All root contexts, and the streams of which there is something to know.
#[derive(Debug, Default)]
pub struct Streams {
    /// Few.
    roots: Vec<Root>,
    /// The root of all streams of which no other is known. It changes only when it is gone, and
    /// Envoy deletes a root after its streams.
    usual: Option<ContextId>,
    known: HashMap<ContextId, Known>,
    /// What the stream that ended last left, unless another has begun since.
    left: Option<FirstPass>,
    /// The stream that began next. If an internal redirect made it, it is the second pass.
    next: Option<(ContextId, FirstPass)>,
}

/// One configuration.
#[derive(Debug)]
pub struct Root {
    id: ContextId,
    /// None as long as it is not configured.
    pub table: Option<Arc<Table>>,
    /// What counts and watches for it.
    pub worker: Option<RefCell<Worker>>,
}

/// What there is to know of a stream.
#[derive(Debug, Default)]
struct Known {
    /// None where it is the usual one.
    root: Option<ContextId>,
    /// What the response has to carry, which has not begun.
    response: Response,
    /// Its answer, if that is watched.
    watched: Option<Box<Watched>>,
}

impl Streams {
    /// A root context begins.
    pub fn create_root(&mut self, root: ContextId) {
        self.roots.push(Root { id: root, table: None, worker: None });
    }

    /// A root context decides by this table from now on.
    pub fn configure(&mut self, root: ContextId, table: Arc<Table>) {
        if let Some(known) = self.roots.iter_mut().find(|known| known.id == root) {
            known.table = Some(table);
        }
    }

    /// What counts and watches for a root context from now on.
    pub fn employ(&mut self, root: ContextId, worker: Worker) {
        if let Some(known) = self.roots.iter_mut().find(|known| known.id == root) {
            known.worker = Some(RefCell::new(worker));
        }
    }

    /// A stream begins under a root context.
    pub fn create(&mut self, stream: ContextId, root: ContextId) {
        if *self.usual.get_or_insert(root) != root {
            self.create_unusual(stream, root);
        }
        if self.left.is_some() || self.next.is_some() {
            self.next = self.left.take().map(|left| (stream, left));
        }
    }

    // What few streams need is not inlined, here and below, so that the others do not pay for it.
    #[inline(never)]
    fn create_unusual(&mut self, stream: ContextId, root: ContextId) {
        self.known.insert(stream, Known { root: Some(root), ..Known::default() });
    }

    /// What decides about a stream; None while its root context is not configured.
    #[must_use]
    pub fn table(&self, stream: ContextId) -> Option<&Arc<Table>> {
        self.root_of(stream)?.table.as_ref()
    }

    /// The root context of a stream.
    #[must_use]
    pub fn root_of(&self, stream: ContextId) -> Option<&Root> {
        let known = if self.known.is_empty() { None } else { self.known.get(&stream) };
        let root = known.and_then(|known| known.root).or(self.usual)?;
        self.root(root)
    }

    /// A root context.
    #[must_use]
    pub fn root(&self, root: ContextId) -> Option<&Root> {
        self.roots.iter().find(|known| known.id == root)
    }

    /// All root contexts.
    pub fn roots(&self) -> impl Iterator<Item = ContextId> {
        self.roots.iter().map(|root| root.id)
    }

    /// Watches the answer of a stream.
    #[inline(never)]
    pub fn watch(&mut self, stream: ContextId, watched: Box<Watched>) {
        self.known.entry(stream).or_default().watched = Some(watched);
    }

    /// The answer of a stream, if it is watched, once.
    pub fn take_watched(&mut self, stream: ContextId) -> Option<Box<Watched>> {
        if self.known.is_empty() { None } else { self.known.get_mut(&stream)?.watched.take() }
    }

    /// Time has passed for the answers that a root context watches.
    pub fn age(&mut self, root: ContextId) {
        let Some(found) = self.roots.iter().find(|known| known.id == root) else { return };
        let Some(worker) = &found.worker else { return };
        let mut worker = worker.borrow_mut();
        if !worker.has_limits() {
            return;
        }
        for known in self.known.values_mut() {
            let is_own = known.root.or(self.usual) == Some(root);
            if is_own && known.watched.as_mut().is_some_and(|watched| worker.age(watched)) {
                known.watched = None;
            }
        }
    }

    /// Keeps what the response of a stream has to carry.
    pub fn keep(&mut self, stream: ContextId, response: Response) {
        if !response.is_empty() {
            self.known.entry(stream).or_default().response = response;
        }
    }

    /// What the response of a stream has to carry, once.
    pub fn take_response(&mut self, stream: ContextId) -> Option<Response> {
        if self.known.is_empty() { None } else { self.take_kept(stream) }
    }

    #[inline(never)]
    fn take_kept(&mut self, stream: ContextId) -> Option<Response> {
        let response = mem::take(&mut self.known.get_mut(&stream)?.response);
        (!response.is_empty()).then_some(response)
    }

    /// What a stream left that ended just before this one began.
    #[must_use]
    pub fn first_pass(&self, stream: ContextId) -> Option<&FirstPass> {
        let (next, left) = self.next.as_ref()?;
        (*next == stream).then_some(left)
    }

    /// A stream or a root context ends; whether it was a root.
    pub fn delete(&mut self, context: ContextId) -> bool {
        if !self.known.is_empty() || self.left.is_some() {
            self.forget(context);
        }
        let is_root = self.roots.iter().any(|known| known.id == context);
        if is_root {
            self.delete_root(context);
        }
        is_root
    }

    #[inline(never)]
    fn forget(&mut self, stream: ContextId) {
        // Envoy ends a stream that it redirects, and begins its second pass at once.
        let response = self.known.remove(&stream).map(|known| known.response);
        self.left = response.filter(|left| !left.is_empty()).map(Response::into_first_pass);
    }

    #[inline(never)]
    fn delete_root(&mut self, root: ContextId) {
        self.roots.retain(|known| known.id != root);
        if self.usual == Some(root) {
            self.usual = None;
        }
    }

    /// Number of streams of which something is kept.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.known.len()
    }
}
