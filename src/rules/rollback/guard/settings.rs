//! The guard of a deployment, validated.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::config::{self, ConfigErrors, Number, Path, header_name};
use crate::decimal::Decimal;
use crate::rollback::guard::classify::Failures;
use crate::rollback::guard::evidence::Question;
use crate::rollback::guard::threshold::{TICK, Threshold};

/// A cooldown that does not end.
const NEVER: &str = "never";

/// The longest time that may be configured.
const LONGEST: Duration = Duration::from_secs(10 * 366 * 24 * 3600);

/// What numbers may be, and how an error says it.
const MARGIN: (RangeInclusive<f64>, &str) = (0.0..=90.0, "0 and 90");
const ABOVE: (RangeInclusive<f64>, &str) = (0.1..=90.0, "0.1 and 90");
const RATIO: (RangeInclusive<f64>, &str) = (1.01..=100.0, "1.01 and 100");
const AT_MOST: (RangeInclusive<f64>, &str) = (1e-9..=0.5, "0.000000001 and 0.5");

/// The guard of a deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct Guard {
    /// Which answers are failures.
    pub failures: Failures,
    /// How many times as long as blue green may take. None compares no times.
    pub slower_than_blue: Option<f64>,
    /// What is asked of the failures.
    pub question: Question,
    /// How long green stays away. None is until the deployment's configuration changes.
    pub cooldown: Option<Duration>,
}

impl Guard {
    /// Validates the configuration; None where that added errors.
    pub fn new(config: &config::Guard, at: &Path, errors: &mut ConfigErrors) -> Option<Self> {
        let errors_before = errors.count();
        let failures = Failures::new(&config.failures, &at.key("failures"), errors);
        let slower_than_blue = config.failures.slower_than_blue.as_ref().map(|ratio| {
            let at = at.key("failures");
            number(Some(ratio), 1.5, RATIO, &at.key("slower_than_blue"), errors)
        });
        let margin = config.margin.as_ref();
        let margin = number(margin, 2.0, MARGIN, &at.key("margin"), errors) / 100.0;
        let above = config.above.as_ref();
        let above = number(above, 5.0, ABOVE, &at.key("above"), errors) / 100.0;
        let tests = if slower_than_blue.is_some() { 2 } else { 1 };
        let threshold =
            Threshold::read(&config.false_alarms, tests, &at.key("false_alarms"), errors);
        let cooldown = (config.cooldown != NEVER).then(|| {
            let example = "10m\", or \"never";
            duration(&config.cooldown, TICK, example, &at.key("cooldown"), errors)
        });
        let question = Question { margin, above, threshold };
        let guard = Self { failures, slower_than_blue, question, cooldown };
        (errors.count() == errors_before).then_some(guard)
    }
}

impl Threshold {
    fn read(
        config: &config::FalseAlarms,
        tests: u32,
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Self {
        let at_most = config.at_most.as_ref();
        let at_most = number(at_most, 0.001, AT_MOST, &at.key("at_most"), errors);
        let shortest = Duration::from_secs(60);
        let within = duration(&config.within, shortest, "30d", &at.key("within"), errors);
        Self::new(at_most, within, tests)
    }
}

impl Failures {
    fn new(config: &config::Failures, at: &Path, errors: &mut ConfigErrors) -> Self {
        let config::Failures { status, grpc_status, response_header, slower_than, .. } = config;
        let says_nothing = status.is_empty()
            && grpc_status.is_empty()
            && response_header.is_none()
            && slower_than.is_none()
            && config.slower_than_blue.is_none();
        if says_nothing {
            errors.add(at, "takes no answer for a failure");
        }
        Self {
            status: ranges(status, &at.key("status"), errors),
            grpc_status: codes(grpc_status, &at.key("grpc_status"), errors),
            response_header: response_header
                .as_ref()
                .and_then(|name| header_name(name, &at.key("response_header"), errors)),
            slower_than: slower_than.as_ref().map(|text| {
                let shortest = Duration::from_millis(1);
                duration(text, shortest, "500ms", &at.key("slower_than"), errors)
            }),
        }
    }
}

fn ranges(texts: &[String], at: &Path, errors: &mut ConfigErrors) -> Box<[(u16, u16)]> {
    let mut ranges = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        if let Some(range) = range(text) {
            ranges.push(range);
        } else {
            let reason = "is no status such as \"503\", \"5xx\" or \"500-504\"";
            errors.invalid(&at.index(index), text, reason);
        }
    }
    ranges.into()
}

/// First and last of a text such as `503`, `5xx` or `500-504`.
fn range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = if let Some(class) = text.strip_suffix("xx") {
        (format!("{class}00"), format!("{class}99"))
    } else {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        (first.to_owned(), last.to_owned())
    };
    let range = (status(&first)?, status(&last)?);
    (range.0 <= range.1).then_some(range)
}

fn status(text: &str) -> Option<u16> {
    let is_number = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|status| is_number && (100..=599).contains(status))
}

fn codes(codes: &[Number], at: &Path, errors: &mut ConfigErrors) -> u32 {
    let mut bits = 0;
    for (index, written) in codes.iter().enumerate() {
        let code = written.as_str().parse().ok().filter(|code| (1..=16).contains(code));
        if let Some(bit) = code.and_then(|code| 1_u32.checked_shl(code)) {
            bits |= bit;
        } else {
            let reason = format!("{written} is not between 1 and 16, where gRPC's failures are");
            errors.add(&at.index(index), reason);
        }
    }
    bits
}

/// A number within a range, or its default. With an error it is the default, too.
fn number(
    written: Option<&Number>,
    default: f64,
    (range, shown): (RangeInclusive<f64>, &str),
    at: &Path,
    errors: &mut ConfigErrors,
) -> f64 {
    let Some(written) = written else { return default };
    let found = Decimal::parse(written.as_str()).map(|decimal| decimal.to_f64());
    found.filter(|found| range.contains(found)).unwrap_or_else(|| {
        errors.add(at, format!("{written} is not between {shown}"));
        default
    })
}

/// A duration that is not too short. With an error it is the longest.
fn duration(
    text: &str,
    shortest: Duration,
    example: &str,
    at: &Path,
    errors: &mut ConfigErrors,
) -> Duration {
    let found: Option<Duration> = humantime::parse_duration(text).ok();
    let found = found.filter(|found| (shortest..=LONGEST).contains(found));
    found.unwrap_or_else(|| {
        let shortest = humantime::format_duration(shortest);
        let reason =
            format!("is not a duration such as \"{example}\", from {shortest} to 10 years");
        errors.invalid(at, text, reason);
        LONGEST
    })
}
