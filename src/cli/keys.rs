//! Keys of users: one a line, a column of a CSV, or a member of NDJSON.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader};

use indicatif::{ProgressBar, ProgressStyle};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::Failure;
use crate::arguments::UserFile;

/// How keys stand in an input.
pub enum Keys<'a> {
    /// One a line.
    Lines,
    /// In the column of this name, or of this number from 1 on.
    Csv(&'a str),
    /// Under this key of an object on each line.
    Ndjson(&'a str),
}

pub fn source<'a>(csv: Option<&'a str>, ndjson: Option<&'a str>) -> Keys<'a> {
    match (csv, ndjson) {
        (Some(column), _) => Keys::Csv(column),
        (None, Some(key)) => Keys::Ndjson(key),
        (None, None) => Keys::Lines,
    }
}

/// All keys of a file, or of standard input; None if no file is named.
pub fn read(users: &UserFile) -> Result<Option<Vec<Vec<u8>>>, Failure> {
    let Some(file) = &users.keys else { return Ok(None) };
    let form = source(users.csv.as_deref(), users.ndjson.as_deref());
    let mut keys = Vec::new();
    let mut take = |key: &[u8]| {
        keys.push(key.to_vec());
        Ok(())
    };
    if file == "-" {
        form.each(io::stdin().lock(), &mut take)?;
    } else {
        let opened = File::open(file).map_err(|error| format!("{file}: {error}"))?;
        form.each(BufReader::new(opened), &mut take)?;
    }
    Ok(Some(keys))
}

impl Keys<'_> {
    /// Hands on every key, in the order of the input. Empty ones are none.
    ///
    /// # Errors
    /// An input that has another form.
    pub fn each(
        &self,
        input: impl BufRead,
        mut take: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let mut progress = Progress::new();
        let take = |key: &[u8]| {
            progress.count();
            take(key)
        };
        let end = match self {
            Self::Csv(column) => each_of_csv(input, column, take),
            Self::Lines | Self::Ndjson(_) => self.each_line(input, take),
        };
        progress.bar.finish_and_clear();
        end
    }

    fn each_line(
        &self,
        mut input: impl BufRead,
        mut take: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let (mut line, mut number) = (Vec::new(), 0_u64);
        loop {
            line.clear();
            if input.read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
            number = number.saturating_add(1);
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            if text.is_empty() {
                continue;
            }
            match self {
                Self::Ndjson(name) => {
                    let mut json = serde_json::Deserializer::from_slice(text);
                    let key = Member(name)
                        .deserialize(&mut json)
                        .map_err(|error| format!("line {number}: {error}"))?;
                    take(key.as_bytes())?;
                }
                _ => take(text)?,
            }
        }
    }
}

/// How many keys were read, on a terminal and nowhere else.
struct Progress {
    bar: ProgressBar,
    keys: u64,
}

impl Progress {
    fn new() -> Self {
        let style = ProgressStyle::with_template("{human_pos} keys, {per_sec}");
        let bar = ProgressBar::new_spinner();
        Self { bar: style.map(|style| bar.clone().with_style(style)).unwrap_or(bar), keys: 0 }
    }

    fn count(&mut self) {
        self.keys = self.keys.wrapping_add(1);
        if self.keys.trailing_zeros() >= 16 {
            self.bar.set_position(self.keys);
        }
    }
}

fn each_of_csv(
    input: impl BufRead,
    column: &str,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
    let headers = reader.byte_headers().map_err(|error| error.to_string())?;
    let by_name = headers.iter().position(|name| name == column.as_bytes());
    let by_number = column.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let place = by_name.or(by_number).ok_or_else(|| {
        let names: Vec<_> = headers.iter().map(String::from_utf8_lossy).collect();
        format!("no column is called `{column}`; there are {}", names.join(", "))
    })?;
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(|error| error.to_string())? {
        match record.get(place) {
            Some(key) if !key.is_empty() => take(key)?,
            _ => {}
        }
    }
    Ok(())
}

/// The member of this name of an object, as a text.
struct Member<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "an object with the key `{}`", self.0)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut found = None;
        while let Some(Text(name)) = map.next_key()? {
            if name == self.0 {
                let Scalar(value) = map.next_value()?;
                found = Some(value);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        let missing = || serde::de::Error::custom(format!("the key `{}` is missing", self.0));
        found.ok_or_else(missing)
    }
}

/// A text that is borrowed where it can be.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// A text, or a number as it is written.
struct Scalar<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let raw: &serde_json::value::RawValue = serde::Deserialize::deserialize(json)?;
        let text = raw.get();
        if text.starts_with('"') {
            let Text(text) = serde_json::from_str(text).map_err(serde::de::Error::custom)?;
            Ok(Self(text))
        } else {
            Ok(Self(Cow::Borrowed(text)))
        }
    }
}
