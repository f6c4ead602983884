//! One decision and what it was made of.

use bluegreen::config::Config;
use bluegreen::decision::{Reason, Variant, Wish};
use bluegreen::filter;
use bluegreen::metrics::{Counter, Refusal};
use bluegreen::split::Weight;
use bluegreen::table::{Deployment, Table};
use bluegreen::wire::Pairs;

use super::host::{Call, Proxy};

/// A decision.
#[derive(Debug)]
pub struct Trace {
    /// None if the request belongs to no deployment.
    pub deployment: Option<Decided>,
    /// What was written to the request: None removes the header.
    pub headers: Vec<(String, Option<String>)>,
    pub filter_state: Vec<(String, String)>,
    pub response: Vec<(String, String)>,
    /// What Envoy's log would say.
    pub warnings: Vec<String>,
}

/// What a deployment made of the request.
#[derive(Debug)]
pub struct Decided {
    pub name: String,
    /// `blue`, `green`, or `route` where Envoy's weighted clusters decide.
    pub variant: &'static str,
    pub reason: &'static str,
    /// Where the targeting key was found: `header:x-user-id`, `issued`, `none`.
    pub key: String,
    /// In percent; None if none was looked for.
    pub bucket: Option<String>,
    /// In percent; None if the route holds it.
    pub weight: Option<String>,
    /// In the order of precedence.
    pub steps: Vec<Step>,
}

/// One step of the order of precedence.
#[derive(Debug)]
pub struct Step {
    pub name: &'static str,
    pub answer: Answer,
    pub why: String,
}

/// Whether a step decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    /// A step before it decided.
    NotAsked,
}

impl Answer {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::NotAsked => "-",
        }
    }
}

/// Decides about a request as the filter does.
pub fn trace(table: &Table, config: &Config, call: &Call) -> Trace {
    let mut proxy = Proxy::new(call, config);
    let served = filter::on_request_headers(table, &mut proxy);
    if let Some(served) = &served {
        served.response.write(&mut proxy);
    }
    let headers = call.encoded();
    let request = table.read(Pairs::new(&headers));
    let deployment = served.as_ref().zip(table.find(&request)).map(|(served, deployment)| {
        let mut again = Proxy::new(call, config);
        let draw = deployment.lot.draw(&request, &mut again);
        let weight = deployment.share.weight(&mut again);
        let limit = table.rollback.limit(&deployment.name, table.names(), &mut again);
        let bucket = match draw.wish {
            Wish::Bucket(bucket, _) => Some(Weight::below(bucket).to_string()),
            Wish::Side(..) => None,
        };
        let key = match (draw.source, &draw.issued) {
            (Some(source), _) => source.to_string(),
            (None, Some(_)) => "issued".to_owned(),
            (None, None) => "none".to_owned(),
        };
        let facts = Facts {
            deployment,
            reason: served.decision.reason,
            pin: matches!(draw.wish, Wish::Side(_, Reason::Pin)),
            bucket: bucket.clone(),
            key: key.clone(),
            weight,
            limit,
            refusal: proxy.counted.iter().find_map(|counter| match counter {
                Counter::OverrideRefused(refusal) => Some(*refusal),
                Counter::RollbackUnreadable => None,
            }),
        };
        Decided {
            name: served.deployment.to_owned(),
            variant: served.decision.variant.map_or("route", Variant::as_str),
            reason: served.decision.reason.as_str(),
            steps: facts.steps(),
            key,
            bucket,
            weight: weight.map(|weight| weight.to_string()),
        }
    });
    Trace {
        deployment,
        headers: proxy.written,
        filter_state: proxy.filter_state,
        response: proxy.response,
        warnings: proxy.warnings,
    }
}

struct Facts<'a> {
    deployment: &'a Deployment,
    reason: Reason,
    pin: bool,
    bucket: Option<String>,
    key: String,
    weight: Option<Weight>,
    limit: Weight,
    refusal: Option<Refusal>,
}

impl Facts<'_> {
    fn steps(&self) -> Vec<Step> {
        let rolled_back = self.reason == Reason::Rollback;
        let by_configuration = self.deployment.is_rolled_back;
        let asked = [
            ("rollback in the configuration", by_configuration, self.configuration()),
            ("rollback flag or cap", rolled_back && !by_configuration, self.flag()),
            ("override", self.reason == Reason::Override, self.overrides()),
            ("peer's tag", self.reason == Reason::Upstream, self.peer()),
            ("pin", self.reason == Reason::Pin, self.pinned()),
            (
                "weight",
                matches!(self.reason, Reason::Weight | Reason::Random),
                self.weighed(),
            ),
        ];
        let mut is_decided = false;
        let step = |(name, decides, why): (&'static str, bool, String)| {
            let answer = match (is_decided, decides) {
                (true, _) => Answer::NotAsked,
                (false, true) => Answer::Yes,
                (false, false) => Answer::No,
            };
            is_decided = is_decided || decides;
            let why = if answer == Answer::NotAsked { String::new() } else { why };
            Step { name, answer, why }
        };
        asked.into_iter().map(step).collect()
    }

    fn configuration(&self) -> String {
        let says = if self.deployment.is_rolled_back { "`rollback` is true" } else { "`rollback` is not set" };
        says.to_owned()
    }

    fn flag(&self) -> String {
        if self.limit == Weight::FULL {
            "no flag and no cap rolls this deployment back".to_owned()
        } else if self.limit == Weight::ZERO {
            "green may go to 0 %".to_owned()
        } else {
            format!("green may go to {} %", self.limit)
        }
    }

    fn overrides(&self) -> String {
        match (&self.deployment.overrides, self.refusal) {
            (_, Some(refusal)) => {
                let name = Counter::OverrideRefused(refusal).name();
                format!("refused: {}", name.rsplit('.').next().unwrap_or(name))
            }
            (None, None) => "the deployment has no `override`".to_owned(),
            (Some(_), None) if self.reason == Reason::Override => "accepted".to_owned(),
            (Some(_), None) => "the request brings none".to_owned(),
        }
    }

    fn peer(&self) -> String {
        match &self.deployment.trust {
            None => "the deployment trusts no peer's tag".to_owned(),
            Some(_) if self.reason == Reason::Upstream => "a trusted peer chose".to_owned(),
            Some(_) => "no tag from a peer that is trusted".to_owned(),
        }
    }

    fn pinned(&self) -> String {
        match (self.key.as_str(), self.pin) {
            (_, true) => format!("the key in {} is pinned", self.key),
            ("none" | "issued", false) => "the request has no key".to_owned(),
            (_, false) => format!("the key in {} is not pinned", self.key),
        }
    }

    fn weighed(&self) -> String {
        let Some(bucket) = &self.bucket else { return "no bucket was looked for".to_owned() };
        let of = match self.key.as_str() {
            "none" => "without a key the bucket is drawn for each request, here",
            "issued" => "without a key an id is issued, whose bucket is, for one id,",
            _ => "the key's bucket is",
        };
        match self.weight {
            Some(weight) => format!("{of} {bucket} %, the weight {weight} %"),
            None => format!("{of} {bucket} %, and the route holds the weight"),
        }
    }
}
