//! When green is taken back because its answers fail, as written.
//!
//! Read by hand: what serde derives for these three structs is several times as large.

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};

use crate::Number;
use crate::either::{Form, Written, expected};
use crate::json_text::{Part, members, parts};
use crate::read::{from_text, without_position};

/// Takes everybody back to blue when green fails more often than blue.
#[derive(Clone, Debug)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(deny_unknown_fields, default)
)]
pub struct Guard {
    /// Which answers are failures.
    pub failures: Failures,
    /// By how many points of a percentage green may fail more often than blue, 0 to 90. Default 2.
    pub margin: Option<Number>,
    /// Percentage of failures up to which nothing is done, 0.1 to 90. Default 5.
    pub above: Option<Number>,
    /// How rarely green may be taken back although nothing is wrong.
    pub false_alarms: FalseAlarms,
    /// How long green stays away, as a duration, or `never`: until the configuration of the
    /// deployment changes. Default `never`.
    pub cooldown: String,
}

/// Which answers are failures: those that any of the members takes for one.
#[derive(Clone, Debug)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(deny_unknown_fields, default)
)]
pub struct Failures {
    /// HTTP status codes: `503`, a class such as `5xx`, or a range such as `500-504`. Default
    /// `5xx`.
    pub status: Vec<String>,
    /// gRPC status codes, 1 to 16. Default: unknown (2), deadline exceeded (4), resource exhausted
    /// (8), internal (13), unavailable (14), data loss (15).
    pub grpc_status: Vec<Number>,
    /// A response header that marks a failure by being there. None by default.
    pub response_header: Option<String>,
    /// An answer is a failure if it has not begun after this duration. No limit by default.
    pub slower_than: Option<String>,
    /// How many times as long as blue's answers green's may take, 1.01 to 100. No limit by
    /// default.
    pub slower_than_blue: Option<Number>,
}

/// The probability of a false alarm, of one proxy.
#[derive(Clone, Debug)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(deny_unknown_fields, default)
)]
pub struct FalseAlarms {
    /// The highest probability, 1e-9 to 0.5. Default 0.001.
    pub at_most: Option<Number>,
    /// Within which time, as a duration. Default `30d`.
    pub within: String,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            failures: Failures::default(),
            margin: None,
            above: None,
            false_alarms: FalseAlarms::default(),
            cooldown: "never".to_owned(),
        }
    }
}

impl Default for Failures {
    fn default() -> Self {
        Self {
            status: vec!["5xx".to_owned()],
            grpc_status: [2, 4, 8, 13, 14, 15].map(Number::from).to_vec(),
            response_header: None,
            slower_than: None,
            slower_than_blue: None,
        }
    }
}

impl Default for FalseAlarms {
    fn default() -> Self {
        Self { at_most: None, within: "30d".to_owned() }
    }
}

/// The members of an object, by name.
struct Members<'t>(Vec<(Part<'t>, Part<'t>)>);

impl<'t> Members<'t> {
    /// Refuses what is no object, has other names than these, or one twice.
    fn new(text: Part<'t>, known: &[&str]) -> Result<Self, String> {
        if !text.starts_with(b"{") {
            return Err("invalid type, expected an object".to_owned());
        }
        let all = members(text);
        for (place, (key, _)) in all.iter().enumerate() {
            let name = String::from_utf8_lossy(key.trim_ascii()).into_owned();
            let name = name.trim_matches('"');
            if !known.contains(&name) {
                let known = known.join("`, `");
                return Err(format!("unknown field `{name}`, expected one of `{known}`"));
            }
            if all.iter().take(place).any(|(other, _)| other == key) {
                return Err(format!("duplicate field `{name}`"));
            }
        }
        Ok(Self(all))
    }

    fn get(&self, name: &str) -> Option<Part<'t>> {
        let is_it = |key: Part<'_>| {
            key.get(1..).and_then(|key| key.strip_suffix(b"\"")) == Some(name.as_bytes())
        };
        self.0.iter().find(|(key, _)| is_it(key)).map(|(_, value)| *value)
    }

    fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, String> {
        self.get(name).map(value).transpose()
    }

    fn list<T: DeserializeOwned>(&self, name: &str) -> Result<Option<Vec<T>>, String> {
        let Some(list) = self.get(name) else { return Ok(None) };
        if !list.starts_with(b"[") {
            return Err("invalid type, expected a sequence".to_owned());
        }
        parts(list).map(value).collect::<Result<_, _>>().map(Some)
    }
}

fn value<T: DeserializeOwned>(text: Part<'_>) -> Result<T, String> {
    from_text(text).map_err(|error| without_position(&error.to_string()).to_owned())
}

impl Guard {
    fn read(text: Part<'_>) -> Result<Self, String> {
        let known = ["failures", "margin", "above", "false_alarms", "cooldown"];
        let members = Members::new(text, &known)?;
        let default = Self::default();
        Ok(Self {
            failures: members.get("failures").map_or(Ok(default.failures), Failures::read)?,
            margin: members.read("margin")?,
            above: members.read("above")?,
            false_alarms: (members.get("false_alarms"))
                .map_or(Ok(default.false_alarms), FalseAlarms::read)?,
            cooldown: members.read("cooldown")?.unwrap_or(default.cooldown),
        })
    }
}

impl Failures {
    fn read(text: Part<'_>) -> Result<Self, String> {
        let known = ["status", "grpc_status", "response_header", "slower_than", "slower_than_blue"];
        let members = Members::new(text, &known)?;
        let default = Self::default();
        Ok(Self {
            status: members.list("status")?.unwrap_or(default.status),
            grpc_status: members.list("grpc_status")?.unwrap_or(default.grpc_status),
            response_header: members.read("response_header")?,
            slower_than: members.read("slower_than")?,
            slower_than_blue: members.read("slower_than_blue")?,
        })
    }
}

impl FalseAlarms {
    fn read(text: Part<'_>) -> Result<Self, String> {
        let members = Members::new(text, &["at_most", "within"])?;
        let default = Self::default();
        Ok(Self {
            at_most: members.read("at_most")?,
            within: members.read("within")?.unwrap_or(default.within),
        })
    }
}

impl<'de> Deserialize<'de> for Guard {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(json)?;
        Self::read(written.as_str().as_bytes()).map_err(D::Error::custom)
    }
}

/// A guard, or null, where leaving it out means something else than null.
#[expect(clippy::option_option, reason = "three cases")]
pub(crate) fn guard_or_null<'de, D: Deserializer<'de>>(
    json: D,
) -> Result<Option<Option<Box<Guard>>>, D::Error> {
    let written = Written::deserialize(json)?;
    match written.form() {
        Form::Object => Guard::read(written.as_str().as_bytes())
            .map(|guard| Some(Some(Box::new(guard))))
            .map_err(D::Error::custom),
        Form::Other if written.as_str() == "null" => Ok(Some(None)),
        _ => Err(expected("an object")),
    }
}
