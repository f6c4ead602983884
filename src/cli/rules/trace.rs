//! One decision and what it was made of.

use bluegreen::decision::{self, Policy, Reason};
use bluegreen::filter;
use bluegreen::metrics::{Counter, Refusal};
use bluegreen::split::Weight;
use bluegreen::variant::Variant;
use bluegreen::wire::Pairs;

use super::Accepted;
use super::proxy::{Call, Proxy};

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
pub fn trace(accepted: &Accepted, call: &Call) -> Trace {
    let Accepted { config, table } = accepted;
    let mut proxy = Proxy::new(call, config);
    if let Some(outcome) = filter::on_request_headers(table, &mut proxy) {
        outcome.response.write(&mut proxy);
    }
    let headers = call.encoded();
    let request = table.read(Pairs::new(&headers));
    let deployment = table.find(&request).map(|deployment| {
        // The same decision again, now with all that it was made of.
        let (policy, around) = (&deployment.policy, table.surroundings());
        let mut again = Proxy::new(call, config);
        let trace = policy.decide(&deployment.name, &request, around, &mut again);
        let max = around.rollback.limit(&deployment.name, around.names, &mut again).most;
        Decided::new(&deployment.name, policy, &trace, max, &proxy)
    });
    Trace {
        deployment,
        headers: proxy.written,
        filter_state: proxy.filter_state,
        response: proxy.response,
        warnings: proxy.warnings,
    }
}

impl Decided {
    fn new(
        name: &str,
        policy: &Policy,
        trace: &decision::Trace<'_>,
        max_green_weight: Weight,
        proxy: &Proxy,
    ) -> Self {
        let assignment = trace.assignment.as_ref();
        let key = match assignment.map(|assigned| (assigned.source, &assigned.set_cookie)) {
            Some((Some(source), _)) => source.to_string(),
            Some((None, Some(_))) => "issued".to_owned(),
            Some((None, None)) | None => "none".to_owned(),
        };
        let refusal = proxy.counted.iter().find_map(|counter| {
            let Counter::OverrideRefused(refusal) = counter else { return None };
            Some(*refusal)
        });
        let bucket = trace.bucket().map(|bucket| Weight::below(bucket).to_string());
        let weight = trace.weight.map(|weight| weight.to_string());
        let reason = trace.decision.reason;
        let facts = Facts { policy, reason, refusal, max_green_weight, key, bucket, weight };
        Self {
            name: name.to_owned(),
            variant: trace.decision.variant.map_or("route", Variant::as_str),
            reason: reason.as_str(),
            steps: facts.steps(),
            key: facts.key,
            bucket: facts.bucket,
            weight: facts.weight,
        }
    }
}

/// What the steps are told by.
struct Facts<'a> {
    policy: &'a Policy,
    reason: Reason,
    refusal: Option<Refusal>,
    max_green_weight: Weight,
    key: String,
    bucket: Option<String>,
    weight: Option<String>,
}

impl Facts<'_> {
    fn steps(&self) -> Vec<Step> {
        let by_configuration = self.policy.is_rolled_back;
        let by_flag = self.reason == Reason::Rollback && !by_configuration;
        let by_weight = matches!(self.reason, Reason::Weight | Reason::Random);
        let lines = [
            ("rollback by configuration", by_configuration, self.configuration()),
            ("rollback by flag or maximum", by_flag, self.flag()),
            ("guard", self.reason == Reason::Guard, self.guard()),
            ("override", self.reason == Reason::Override, self.overrides()),
            ("peer's tag", self.reason == Reason::Peer, self.peer()),
            ("pin", self.reason == Reason::Pin, self.pinned()),
            ("weight", by_weight, self.weighed()),
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
        lines.into_iter().map(step).collect()
    }

    fn configuration(&self) -> String {
        let says = if self.policy.is_rolled_back { "true" } else { "not set" };
        format!("`rollback` of the deployment is {says}")
    }

    fn flag(&self) -> String {
        let most = self.max_green_weight;
        if most == Weight::FULL {
            "no flag and no maximum weight is set for this deployment".to_owned()
        } else if self.reason == Reason::Rollback {
            format!("green may go to {most} %, and this request would go beyond")
        } else {
            format!("green may go to {most} %, and this request stays within")
        }
    }

    /// Here nothing has failed.
    fn guard(&self) -> String {
        let says = match &self.policy.guard {
            None => "the deployment has no `guard`",
            Some(_) => "not tripped, as far as can be told without its proxy",
        };
        says.to_owned()
    }

    fn overrides(&self) -> String {
        match (&self.policy.overrides, self.refusal) {
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
        let says = match &self.policy.trusted_tags {
            None => "the deployment trusts nobody's tags",
            Some(_) if self.reason == Reason::Peer => "a trusted proxy before this one chose",
            Some(_) => "no tag of a trusted proxy came along",
        };
        says.to_owned()
    }

    fn pinned(&self) -> String {
        match self.key.as_str() {
            "none" | "issued" => "the request has no key".to_owned(),
            key if self.reason == Reason::Pin => format!("the key in {key} is pinned"),
            key => format!("the key in {key} is not pinned"),
        }
    }

    fn weighed(&self) -> String {
        let Some(bucket) = &self.bucket else { return "no bucket was looked for".to_owned() };
        let of = match self.key.as_str() {
            "none" => "there is no key, so each request gets a bucket by chance, here",
            "issued" => "there is no key, so an id is issued, here one with the bucket",
            _ => "the bucket of the key is",
        };
        match &self.weight {
            Some(weight) => format!("{of} {bucket} %, the weight {weight} %"),
            None => format!("{of} {bucket} %, and the route holds the weight"),
        }
    }
}
