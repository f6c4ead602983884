//! Filter metadata of routes and clusters, value by value.
#![expect(unsafe_code, reason = "calls across the C boundary")]

use bluegreen::rollback::MAX_GREEN_WEIGHT;
use bluegreen::wire::Property;

use crate::abi::{self, Buffer, Envoy, Source};
use crate::kinds::{self, Kind};
use crate::values::{self, Members};

/// More keys than nearly all namespaces have.
const USUAL: usize = 8;

/// A namespace of a source, or one of its values.
#[derive(Clone, Copy)]
pub struct Namespace {
    envoy: Envoy,
    source: Source,
    name: Buffer,
}

impl Namespace {
    /// A namespace.
    ///
    /// # Safety
    /// The stream lives, and so does the name, as long as this does.
    pub unsafe fn new(envoy: Envoy, source: Source, name: &[u8]) -> Self {
        Self { envoy, source, name: Buffer::of(name) }
    }

    /// All of it as a struct; absent if it is empty.
    pub fn all(self) -> Property {
        self.with_keys(|keys| {
            if keys.is_empty() {
                return Property::Absent;
            }
            let mut members = Members::new(keys.len());
            for &key in keys {
                // SAFETY: metadata does not change while the stream lives.
                let name = unsafe { key.bytes() };
                members.push(name, |into| self.push(key, name, into));
            }
            Property::Bytes(members.finish())
        })
    }

    /// The value of a key.
    pub fn value(self, wanted: &[u8]) -> Property {
        // SAFETY: metadata does not change while the stream lives.
        let is_wanted = |key: &&Buffer| unsafe { key.bytes() } == wanted;
        self.with_keys(|keys| match keys.iter().find(is_wanted) {
            None => Property::Absent,
            Some(key) => {
                let mut buffer = Vec::new();
                self.push(*key, wanted, &mut buffer);
                Property::Bytes(buffer)
            }
        })
    }

    /// Hands over the keys.
    fn with_keys<T>(self, read: impl FnOnce(&[Buffer]) -> T) -> T {
        // SAFETY: handle and name are alive.
        let count = unsafe { abi::metadata_keys_count(self.envoy, self.source, self.name) };
        let (mut usual, mut more) = ([Buffer::NONE; USUAL], Vec::new());
        let keys = if let Some(keys) = usual.get_mut(..count) {
            keys
        } else {
            more.resize(count, Buffer::NONE);
            more.as_mut_slice()
        };
        let into = keys.as_mut_ptr();
        // SAFETY: handle and name are alive, and there is room for so many.
        let is_filled =
            count > 0 && unsafe { abi::metadata_keys(self.envoy, self.source, self.name, into) };
        read(if is_filled { keys } else { &[] })
    }

    /// Appends the value of a key.
    fn push(self, key: Buffer, name: &[u8], into: &mut Vec<u8>) {
        let likely = if name == MAX_GREEN_WEIGHT { Kind::Number } else { Kind::Bool };
        let found = kinds::find(key.address(), likely, |kind| self.push_as(kind, key, into));
        if found.is_none() {
            into.extend_from_slice(values::UNREADABLE);
        }
    }

    /// Appends the value of a key if it has this type.
    fn push_as(self, kind: Kind, key: Buffer, into: &mut Vec<u8>) -> bool {
        let Self { envoy, source, name } = self;
        // SAFETY: handle, name and key are alive, and each pointer is valid for the call. A text is
        // copied before anything else is called.
        unsafe {
            match kind {
                Kind::Bool => {
                    let mut flag = false;
                    let is = abi::metadata_bool(envoy, source, name, key, &raw mut flag);
                    if is {
                        values::push_bool(flag, into);
                    }
                    is
                }
                Kind::Number => {
                    let mut number = 0.0;
                    let is = abi::metadata_number(envoy, source, name, key, &raw mut number);
                    if is {
                        values::push_number(number, into);
                    }
                    is
                }
                Kind::Text => {
                    let mut text = Buffer::NONE;
                    let is = abi::metadata_string(envoy, source, name, key, &raw mut text);
                    if is {
                        values::push_text(text.bytes(), into);
                    }
                    is
                }
                Kind::List => {
                    let mut size = 0;
                    let is = abi::metadata_list_size(envoy, source, name, key, &raw mut size);
                    if is {
                        self.push_list(key, size, into);
                    }
                    is
                }
            }
        }
    }

    /// Appends a list; one of other values than texts is not to be understood anyway.
    fn push_list(self, key: Buffer, size: usize, into: &mut Vec<u8>) {
        let mut texts = Vec::with_capacity(size.min(1024));
        for index in 0..size {
            let mut text = Buffer::NONE;
            let Self { envoy, source, name } = self;
            // SAFETY: handle, name and key are alive, and the pointer is valid for the call.
            let is_text = unsafe {
                abi::metadata_list_string(envoy, source, name, key, index, &raw mut text)
            };
            if !is_text {
                into.extend_from_slice(values::OTHER);
                return;
            }
            // SAFETY: metadata does not change while the stream lives.
            texts.push(unsafe { text.bytes() });
        }
        values::push_list(&texts, into);
    }
}

/// The value of a key of a namespace as people write it; None for what has no such form.
///
/// # Safety
/// The stream lives.
pub unsafe fn text(envoy: Envoy, source: Source, namespace: &str, key: &str) -> Option<Vec<u8>> {
    let (name, wanted) = (Buffer::of(namespace.as_bytes()), Buffer::of(key.as_bytes()));
    let mut found = None;
    // SAFETY: handle, name and key are alive, and each pointer is valid for the call. What is
    // remembered belongs to this path, for metadata of a request has another address each time.
    kinds::find_of_request(wanted.address(), Kind::Text, |kind| unsafe {
        match kind {
            Kind::Text => {
                let mut text = Buffer::NONE;
                let is = abi::metadata_string(envoy, source, name, wanted, &raw mut text);
                if is {
                    found = Some(text.bytes().to_vec());
                }
                is
            }
            Kind::Number => {
                let mut number = 0.0;
                let is = abi::metadata_number(envoy, source, name, wanted, &raw mut number);
                if is {
                    found = crate::attributes::number_to_text(number);
                }
                is
            }
            Kind::Bool => {
                let mut flag = false;
                let is = abi::metadata_bool(envoy, source, name, wanted, &raw mut flag);
                if is {
                    found = Some(flag.to_string().into_bytes());
                }
                is
            }
            Kind::List => false,
        }
    });
    found
}
