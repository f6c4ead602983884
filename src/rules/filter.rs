//! One request: read, decide, tag.

use std::sync::Arc;

use crate::decision::{Decision, Reason, Trace, is_due};
use crate::deployment::Deployment;
use crate::host::Host;
use crate::metrics::Counter;
use crate::table::Table;
use crate::tags::{BucketHeader, Response, TagValues};
use crate::variant::Variant;
use crate::wire::Pairs;

/// What was decided about a request.
#[derive(Debug)]
pub struct Outcome<'t> {
    /// Name of the deployment that it belongs to.
    pub deployment: &'t str,
    /// Which variant serves it, and why.
    pub decision: Decision,
    /// What its response has to carry.
    pub response: Response,
}

/// Decides about a request and tags it. None if it belongs to no deployment.
pub fn on_request_headers<'t>(table: &'t Table, host: &mut impl Host) -> Option<Outcome<'t>> {
    host.with_request_headers(|headers, host| serve(headers, table, host))
}

fn serve<'t>(headers: Pairs<'_>, table: &'t Table, host: &mut impl Host) -> Option<Outcome<'t>> {
    let (request, tags) = (table.read(headers), table.tags());
    let found = table.find(&request);
    if request.has_repeated_condition.get() {
        host.count(Counter::RepeatedCondition);
    }
    let Some(deployment) = found else {
        tags.write(TagValues::default(), request.incoming, host);
        return None;
    };
    let Deployment { name, policy, .. } = deployment;
    let trace = policy.decide(name, &request, table.surroundings(), host);
    tags.write(tag_values(&trace, deployment, tags.bucket()), request.incoming, host);
    let decision = trace.decision;
    let explanation =
        is_due(table.explain(), &request, trace.is_overridden).then(|| trace.explain(name));
    let set_cookie = trace.assignment.and_then(|assigned| assigned.set_cookie);
    let response = Response {
        variant: tags.response().and_then(|name| Some((Arc::clone(name), decision.variant?))),
        is_private: (set_cookie.is_some() || explanation.is_some()) && tags.forbid_caching(),
        explanation,
        set_cookie,
    };
    Some(Outcome { deployment: name, decision, response })
}

/// What the request is tagged with.
fn tag_values<'t>(
    trace: &Trace<'_>,
    deployment: &'t Deployment,
    bucket_header: Option<&BucketHeader>,
) -> TagValues<'t> {
    let Decision { variant, reason } = trace.decision;
    let number = |header: &BucketHeader| match (variant, trace.bucket()) {
        (_, Some(bucket)) if matches!(reason, Reason::Weight | Reason::Random) => {
            Some(header.number(bucket))
        }
        (variant, _) => variant.map(|variant| header.end(variant)),
    };
    TagValues {
        variant,
        // Where a foreign weight of 100 waits, blue without a tag would be green.
        is_fixed: deployment.policy.split.is_by_route(),
        cluster: variant.and_then(|variant| deployment.cluster(variant)),
        mirror: if trace.is_mirrored { deployment.cluster(Variant::Green) } else { None },
        bucket: bucket_header.and_then(number),
    }
}
