//! One request: read, decide, tag.

use std::sync::Arc;

use crate::decision::{Decision, Reason, Trace, is_due};
use crate::deployment::Deployment;
use crate::host::Host;
use crate::metrics::Counter;
use crate::request::Request;
use crate::rollback::Limit;
use crate::split::Bucket;
use crate::table::Table;
use crate::tags::{BucketHeader, Response, TagValues};
use crate::variant::Variant;
use crate::wire::{FirstPass, Pairs};

/// What was decided about a request.
#[derive(Debug)]
pub struct Outcome<'t> {
    /// Name of the deployment that it belongs to.
    pub deployment: &'t str,
    /// Place of the deployment in the table.
    pub place: u32,
    /// Which variant serves it, and why.
    pub decision: Decision,
    /// The bucket, where one was looked for.
    pub bucket: Option<Bucket>,
    /// What flags and maximum weights said, where they were read.
    pub limit: Option<Limit>,
    /// What its response has to carry.
    pub response: Response,
}

/// Decides about a request and tags it. None if it belongs to no deployment.
pub fn on_request_headers<'t>(table: &'t Table, host: &mut impl Host) -> Option<Outcome<'t>> {
    host.with_request_headers(|headers, host| {
        let request = table.read(headers);
        match request.may_be_redirected.then(|| host.first_pass()).flatten() {
            None => serve(&request, table, host),
            Some(left) => serve_again(&request, &left, table, host),
        }
    })
}

/// Decides about a request that Envoy redirected internally as about one whose client sends again
/// what it sent first, and the cookie that it was to get.
#[inline(never)]
fn serve_again<'t>(
    request: &Request<'_>,
    left: &FirstPass,
    table: &'t Table,
    host: &mut impl Host,
) -> Option<Outcome<'t>> {
    let headers = left.with(request.headers);
    let mut request = table.read(Pairs::new(&headers));
    request.are_tags_own = !left.is_peers;
    let mut outcome = serve(&request, table, host)?;
    let response = &mut outcome.response;
    if response.set_cookie.is_none() && left.set_cookie.is_some() {
        response.set_cookie.clone_from(&left.set_cookie);
        response.is_private |= table.tags().forbid_caching();
    }
    Some(outcome)
}

/// Removes what only the filter may write, and what brings overrides, from the trailers of a
/// request: some servers merge trailers into headers.
pub fn on_request_trailers(table: &Table, host: &mut impl Host) {
    for name in table.tags().names().chain(table.carriers().headers()) {
        host.remove_request_trailer(name);
    }
}

fn serve<'t>(request: &Request<'_>, table: &'t Table, host: &mut impl Host) -> Option<Outcome<'t>> {
    let tags = table.tags();
    let found = table.find(request);
    if request.has_repeated_condition.get() {
        host.count(Counter::RepeatedCondition);
    }
    let Some(deployment) = found else {
        tags.write(TagValues::default(), request.incoming, host);
        table.carriers().remove(request, None, host);
        return None;
    };
    let Deployment { name, policy, .. } = deployment;
    let trace = policy.decide(name, request, table.surroundings(), host);
    tags.write(tag_values(&trace, deployment, tags.bucket()), request.incoming, host);
    table.carriers().remove(request, trace.forwarded, host);
    if let Some(name) = tags.record() {
        host.set_filter_state(name, &trace.record(&deployment.name));
    }
    let decision = trace.decision;
    let explanation =
        is_due(table.explain(), request, trace.is_overridden).then(|| trace.explain(name));
    let second_pass = second_pass(&trace, request, table);
    let (bucket, limit) = (trace.bucket(), trace.limit);
    let (is_overridden, assignment) = (trace.is_overridden, trace.assignment);
    let set_cookie = assignment.and_then(|assigned| assigned.set_cookie);
    let response = Response {
        variant: tags.response().and_then(|name| Some((Arc::clone(name), decision.variant?))),
        second_pass,
        is_private: (set_cookie.is_some() || explanation.is_some() || is_overridden)
            && tags.forbid_caching(),
        explanation,
        set_cookie,
    };
    Some(Outcome { deployment: name, place: deployment.place, decision, bucket, limit, response })
}

/// What a second pass could not see: an override, which is taken off, and whose tag it finds.
fn second_pass(trace: &Trace<'_>, request: &Request<'_>, table: &Table) -> Option<Box<FirstPass>> {
    let is_peers = trace.decision.reason == Reason::Peer;
    if !is_peers && !trace.is_overridden {
        return None;
    }
    let lines = if trace.is_overridden { table.carriers().lines(request) } else { Vec::new() };
    Some(Box::new(FirstPass { lines, set_cookie: None, is_peers }))
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
