//! A condition on a request: its method, a header, a parameter of the query or a cookie.

use std::borrow::Cow;

use super::sort::{by_key, joined};
use crate::bytes::ByteMap;
use crate::config::{self, ConfigErrors, Path, cookie_name, header_name};
use crate::request::{Request, ValueNames, Values};
use crate::wire::Repeated;

/// Where a condition looks, in the order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The method; its name is [`METHOD`].
    Method,
    /// A header that comes in one line.
    Header,
    /// The first parameter of a name in the query.
    Query,
    /// The first cookie of a name.
    Cookie,
}

/// The pseudo-header that holds the method.
const METHOD: &str = ":method";

/// A condition, in a form in which equal conditions are equal values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Where it looks.
    pub place: Place,
    /// The name there.
    pub name: Box<str>,
    /// What has to be there.
    pub test: Test,
    /// Whether it holds where the test fails.
    pub is_negated: bool,
    /// Whether upper-case letters are as good as lower-case ones; then the test has only these.
    pub ignores_case: bool,
}

/// What a value has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// Anything.
    Present,
    /// One of these. Sorted, at least one.
    OneOf(Box<[Box<str>]>),
    /// It starts so.
    Prefix(Box<str>),
    /// It ends so.
    Suffix(Box<str>),
}

/// How particular conditions are: of two the larger one comes first. As an `HTTPRoute` of Gateway
/// API has it, a method counts more than any headers, and these more than any parameters; cookies
/// come last.
pub type Rank = [u32; 4];

/// The rank of conditions that must all hold.
#[must_use]
pub fn rank(conditions: &[Condition]) -> Rank {
    [Place::Method, Place::Header, Place::Query, Place::Cookie].map(|place| {
        let count = conditions.iter().filter(|condition| condition.place == place).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    })
}

impl Place {
    /// Adds a name here to those that are looked for.
    pub fn add_name(self, name: &str, names: &mut ValueNames) {
        match self {
            Self::Query => names.parameters.add(name.as_bytes()),
            Self::Cookie => names.cookies.add(name.as_bytes()),
            Self::Method | Self::Header => {}
        }
    }

    /// The value that a request has here under a name.
    ///
    /// # Errors
    /// A header in several lines, for which no condition holds; that is noted.
    pub fn find<'a>(
        self,
        name: &str,
        request: &Request<'a>,
        values: &mut impl Values<'a>,
    ) -> Result<Option<Cow<'a, [u8]>>, Repeated> {
        Ok(match self {
            Self::Method => request.headers.get(name.as_bytes()).map(Cow::Borrowed),
            Self::Header => request.condition_on(request.single(name))?.map(Cow::Borrowed),
            Self::Query => values.parameter(name.as_bytes()),
            Self::Cookie => values.cookie(name.as_bytes()).map(Cow::Borrowed),
        })
    }
}

impl Condition {
    /// Whether it holds for a request.
    #[must_use]
    pub fn holds<'a>(&self, request: &Request<'a>, values: &mut impl Values<'a>) -> bool {
        let Ok(value) = self.place.find(&self.name, request, values) else { return false };
        value.is_some_and(|value| self.accepts(value)) != self.is_negated
    }

    /// Bytes that are the same for conditions that are the same, and for no others. Conditions are
    /// in the order of their places by them.
    #[must_use]
    pub fn identity(&self) -> Vec<u8> {
        let (kind, values): (u8, &[Box<str>]) = match &self.test {
            Test::Present => (0, &[]),
            Test::OneOf(values) => (1, values),
            Test::Prefix(text) => (2, std::slice::from_ref(text)),
            Test::Suffix(text) => (3, std::slice::from_ref(text)),
        };
        let flags = [kind, u8::from(self.is_negated), u8::from(self.ignores_case)];
        let texts = std::iter::once(&self.name).chain(values);
        let texts: Vec<Vec<u8>> = texts.map(|text| text.as_bytes().to_vec()).collect();
        [&[self.place as u8], &joined(&texts)[..], &flags].concat()
    }

    /// How many values it accepts by a list; 1 without one.
    #[must_use]
    pub fn values(&self) -> usize {
        if let Test::OneOf(values) = &self.test { values.len() } else { 1 }
    }

    /// How many bytes its values have.
    #[must_use]
    pub fn length(&self) -> usize {
        match &self.test {
            Test::Present => 0,
            Test::OneOf(values) => values.iter().map(|value| value.len()).sum(),
            Test::Prefix(text) | Test::Suffix(text) => text.len(),
        }
    }

    fn accepts(&self, mut value: Cow<'_, [u8]>) -> bool {
        if self.ignores_case && value.iter().any(u8::is_ascii_uppercase) {
            value.to_mut().make_ascii_lowercase();
        }
        match &self.test {
            Test::Present => true,
            Test::OneOf(values) => {
                values.binary_search_by(|known| known.as_bytes().cmp(&value)).is_ok()
            }
            Test::Prefix(prefix) => value.starts_with(prefix.as_bytes()),
            Test::Suffix(suffix) => value.ends_with(suffix.as_bytes()),
        }
    }

    /// The condition that a method is one of a list; None where that added errors.
    pub fn on_methods(methods: &[String], at: &Path, errors: &mut ConfigErrors) -> Option<Self> {
        let values = values(methods, at, errors, |text, at, errors| {
            let legal = |byte: u8| byte.is_ascii_uppercase() || byte == b'-';
            if text.is_empty() || !text.bytes().all(legal) {
                errors.invalid(at, text, "is no method such as \"GET\": A to Z and `-`");
                return None;
            }
            Some(text.into())
        })?;
        let (place, name) = (Place::Method, METHOD.into());
        let test = Test::OneOf(values);
        Some(Self { place, name, test, is_negated: false, ignores_case: false })
    }

    /// Validates the configuration; None where that added errors.
    pub fn new(
        config: &config::Condition,
        place: Place,
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Option<Self> {
        let name_at = at.key("name");
        let name = match place {
            Place::Method | Place::Header => header_name(&config.name, &name_at, errors),
            Place::Cookie => cookie_name(&config.name, &name_at, errors),
            Place::Query if config.name.is_empty() => {
                errors.required(&name_at);
                None
            }
            Place::Query => Some(config.name.as_str().into()),
        };
        let (test, is_negated) = Self::test(config, at, errors)?;
        let ignores_case = config.ignore_case && test != Test::Present;
        let is_negated = is_negated != config.not;
        Some(Self { place, name: name?, test, is_negated, ignores_case })
    }

    /// The test, and whether it is one for absence.
    fn test(
        config: &config::Condition,
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Option<(Test, bool)> {
        let config::Condition { exact, one_of, prefix, suffix, present, ignore_case, .. } = config;
        let cased = |text: &str| -> Box<str> {
            if *ignore_case { text.to_ascii_lowercase().into() } else { text.into() }
        };
        let part = |text: &str, key: &str, errors: &mut ConfigErrors| {
            if text.is_empty() {
                errors.add(&at.key(key), "is empty; `present` is for any value");
                return None;
            }
            Some(cased(text))
        };
        let test = match (exact, one_of, prefix, suffix, present) {
            (Some(value), None, None, None, None) => Test::OneOf([cased(value)].into()),
            (None, Some(list), None, None, None) => {
                let at = at.key("one_of");
                Test::OneOf(values(list, &at, errors, |text, _, _| Some(cased(text)))?)
            }
            (None, None, Some(text), None, None) => Test::Prefix(part(text, "prefix", errors)?),
            (None, None, None, Some(text), None) => Test::Suffix(part(text, "suffix", errors)?),
            (None, None, None, None, Some(present)) => return Some((Test::Present, !present)),
            _ => {
                let keys = "exactly one of `exact`, `one_of`, `prefix`, `suffix`, `present`";
                errors.required_keys(at, keys);
                return None;
            }
        };
        Some((test, false))
    }
}

/// Different values of a list, sorted; None where there are errors or none.
fn values(
    list: &[String],
    at: &Path,
    errors: &mut ConfigErrors,
    read: impl Fn(&str, &Path, &mut ConfigErrors) -> Option<Box<str>>,
) -> Option<Box<[Box<str>]>> {
    let before = errors.count();
    if list.is_empty() {
        errors.add(at, "is empty");
    }
    let (mut seen, mut values) = (ByteMap::default(), Vec::with_capacity(list.len()));
    for (index, text) in list.iter().enumerate() {
        if errors.is_full() {
            break;
        }
        let at_value = at.index(index);
        let Some(value) = read(text, &at_value, errors) else { continue };
        if let Some(earlier) = seen.get(value.as_bytes()) {
            errors.duplicate(&at_value, &at.index(*earlier));
        } else {
            seen.insert(value.as_bytes(), index);
            values.push(value);
        }
    }
    let sorted = by_key(values, |value| value.as_bytes().to_vec());
    (errors.count() == before).then(|| sorted.into())
}
