//! Values of filter metadata in the encoding of this host: a letter for the type, then the value.

use bluegreen::wire::{Pairs, Texts, Value, encode};
use serde_json::Value as Json;

const BOOL: u8 = b'b';
const NUMBER: u8 = b'n';
const TEXT: u8 = b't';
const LIST: u8 = b'l';
const STRUCT: u8 = b's';

/// What the ABI does not hand out, such as a null.
pub const UNREADABLE: &[u8] = b"u";
/// A struct of which nothing is known, or a list of other values than texts.
pub const OTHER: &[u8] = b"o";

/// Appends a boolean.
pub fn push_bool(flag: bool, into: &mut Vec<u8>) {
    into.extend_from_slice(&[BOOL, u8::from(flag)]);
}

/// Appends a number.
pub fn push_number(number: f64, into: &mut Vec<u8>) {
    into.push(NUMBER);
    into.extend_from_slice(&number.to_le_bytes());
}

/// Appends a text.
pub fn push_text(text: &[u8], into: &mut Vec<u8>) {
    into.push(TEXT);
    into.extend_from_slice(text);
}

/// Appends a list of texts.
pub fn push_list(texts: &[&[u8]], into: &mut Vec<u8>) {
    into.push(LIST);
    into.extend_from_slice(&encode(texts.iter().map(|text| (*text, &b""[..]))));
}

/// Appends a struct, whose members [`Members`] collected.
#[derive(Debug)]
pub struct Members {
    buffer: Vec<u8>,
    written: usize,
}

impl Members {
    /// A struct of so many members.
    pub fn new(count: usize) -> Self {
        // Keys and values of a flag and a weight are short.
        let mut buffer = Vec::with_capacity(count.saturating_mul(64).saturating_add(8));
        buffer.push(STRUCT);
        buffer.extend_from_slice(&size(count));
        buffer.resize(buffer.len().saturating_add(count.saturating_mul(8)), 0);
        Self { buffer, written: 0 }
    }

    /// Adds a member, whose value `push` appends.
    pub fn push(&mut self, name: &[u8], push: impl FnOnce(&mut Vec<u8>)) {
        self.buffer.extend_from_slice(name);
        self.buffer.push(0);
        let start = self.buffer.len();
        push(&mut self.buffer);
        let length = self.buffer.len().saturating_sub(start);
        self.buffer.push(0);
        let at = self.written.saturating_mul(8).saturating_add(5);
        self.written = self.written.saturating_add(1);
        let sizes = self.buffer.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<8>);
        if let Some([a, b, c, d, e, f, g, h]) = sizes {
            [*a, *b, *c, *d] = size(name.len());
            [*e, *f, *g, *h] = size(length);
        }
    }

    /// The struct.
    pub fn finish(self) -> Vec<u8> {
        self.buffer
    }
}

fn size(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes()
}

/// Encodes JSON; None for what holds a null anywhere, as the other host has it.
pub fn from_json(json: &Json) -> Option<Vec<u8>> {
    let mut buffer = Vec::new();
    push_json(json, &mut buffer)?;
    Some(buffer)
}

fn push_json(json: &Json, into: &mut Vec<u8>) -> Option<()> {
    match json {
        Json::Null => return None,
        Json::Bool(flag) => push_bool(*flag, into),
        Json::Number(number) => push_number(number.as_f64()?, into),
        Json::String(text) => push_text(text.as_bytes(), into),
        Json::Array(list) => {
            list.iter().try_for_each(|json| from_json(json).map(drop))?;
            let texts: Option<Vec<_>> =
                list.iter().map(|json| json.as_str().map(str::as_bytes)).collect();
            match texts {
                Some(texts) => push_list(&texts, into),
                None => into.extend_from_slice(OTHER),
            }
        }
        // To the other host, too, it is the same as an empty list.
        Json::Object(members) if members.is_empty() => push_list(&[], into),
        Json::Object(members) => {
            let mut collected = Members::new(members.len());
            for (name, json) in members {
                let value = from_json(json)?;
                collected.push(name.as_bytes(), |into| into.extend_from_slice(&value));
            }
            into.extend_from_slice(&collected.finish());
        }
    }
    Some(())
}

/// Reads a value.
pub fn read(bytes: &[u8]) -> Value<'_> {
    let Some((letter, rest)) = bytes.split_first() else { return Value::Unreadable };
    match *letter {
        BOOL => Value::Bool(rest == [1]),
        NUMBER => rest
            .try_into()
            .map_or(Value::Unreadable, |number| Value::Number(f64::from_le_bytes(number))),
        TEXT => std::str::from_utf8(rest).map_or(Value::Unreadable, Value::Text),
        LIST => {
            Pairs::exact(rest).map_or(Value::Unreadable, |pairs| Value::List(Texts::new(pairs)))
        }
        STRUCT => Value::Struct,
        letter if [letter] == OTHER => Value::Struct,
        _ => Value::Unreadable,
    }
}

/// Names and values of a struct's members.
pub fn members(bytes: &[u8]) -> Option<Pairs<'_>> {
    let (letter, rest) = bytes.split_first()?;
    match *letter {
        STRUCT => Pairs::exact(rest),
        LIST => Pairs::exact(rest).filter(|pairs| pairs.is_empty()),
        _ => None,
    }
}
