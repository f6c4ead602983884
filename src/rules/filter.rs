//! One request: read, decide, tag.

use std::rc::Rc;

use crate::decision::explain;
use crate::decision::{Decision, Reason, Variant, Wish, decide};
use crate::deployment::Share;
use crate::host::Host;
use crate::request::Request;
use crate::split::Bucket;
use crate::split::Weight;
use crate::sticky::Draw;
use crate::table::{Deployment, Table};
use crate::tags::BucketHeader;
use crate::tags::Response;
use crate::tags::Written;
use crate::wire::Pairs;

/// What was decided about a request.
#[derive(Debug)]
pub struct Served<'t> {
    /// Name of the deployment that it belongs to.
    pub deployment: &'t str,
    /// Which side serves it, and why.
    pub decision: Decision,
    /// What its response has to carry.
    pub response: Response,
}

/// Decides about a request and tags it. None if it belongs to no deployment.
pub fn on_request_headers<'t>(table: &'t Table, host: &mut impl Host) -> Option<Served<'t>> {
    let headers = host.request_headers();
    let served = serve(Pairs::new(&headers), table, host);
    host.reuse(headers);
    served
}

fn serve<'t>(headers: Pairs<'_>, table: &'t Table, host: &mut impl Host) -> Option<Served<'t>> {
    let request = table.read(headers);
    let Some(deployment) = table.find(&request) else {
        table.tags.write(Written::default(), request.forged, host);
        return None;
    };
    let verdict = Verdict::new(deployment, &request, table, host);
    table.tags.write(verdict.tags(deployment, table), request.forged, host);
    let (decision, tags) = (verdict.decision, &table.tags);
    let response = Response {
        variant: tags.response().and_then(|name| Some((Rc::clone(name), decision.variant?))),
        explanation: explain::is_due(table.explain, &request, verdict.is_overridden)
            .then(|| verdict.explain(deployment)),
        set_cookie: verdict.draw.and_then(|draw| draw.issued),
    };
    Some(Served { deployment: &deployment.name, decision, response })
}

/// A decision, and what it was made of.
struct Verdict<'a> {
    decision: Decision,
    /// None where no key was looked for.
    draw: Option<Draw<'a>>,
    /// None where it was not looked at, or where Envoy's route holds it.
    weight: Option<Weight>,
    is_mirrored: bool,
    is_overridden: bool,
}

impl<'a> Verdict<'a> {
    fn new(
        deployment: &'a Deployment,
        request: &Request<'_>,
        table: &Table,
        host: &mut impl Host,
    ) -> Self {
        let overridden = (deployment.overrides.as_ref())
            .and_then(|overrides| overrides.accept(request, &deployment.name, host));
        if deployment.is_rolled_back {
            let decision = Decision::ROLLED_BACK;
            let is_overridden = overridden.is_some();
            return Self { decision, draw: None, weight: None, is_mirrored: false, is_overridden };
        }
        let mut upstream = || deployment.trust.as_ref()?.variant(request, &table.tags, host);
        let side = match overridden {
            Some(variant) => Some((variant, Reason::Override)),
            None => upstream().map(|variant| (variant, Reason::Upstream)),
        };
        let (wish, draw) = if let Some((variant, reason)) = side {
            (Wish::Side(variant, reason), None)
        } else {
            let draw = deployment.lot.draw(request, host);
            (draw.wish, Some(draw))
        };
        let weight = match wish {
            Wish::Bucket(..) => deployment.share.weight(host),
            Wish::Side(..) => None,
        };
        let mut limit = None;
        let mut read_limit = |host: &mut _| {
            *limit
                .get_or_insert_with(|| table.rollback.limit(&deployment.name, table.names(), host))
        };
        let decision = decide(wish, weight, || read_limit(host));
        let is_mirrored = match (deployment.mirror, wish, weight, decision.variant) {
            (Some(mirror), Wish::Bucket(bucket, _), Some(weight), Some(Variant::Blue)) => {
                mirror.takes(bucket, weight, || read_limit(host))
            }
            _ => false,
        };
        let cap = limit.filter(|limit| *limit < Weight::FULL);
        let weight = match (wish, weight, cap) {
            (Wish::Side(..), ..) => None,
            (_, Some(weight), Some(cap)) => Some(weight.min(cap)),
            (_, weight, cap) => weight.or(cap),
        };
        Self { decision, draw, weight, is_mirrored, is_overridden: overridden.is_some() }
    }

    /// What the request is tagged with.
    fn tags(&self, deployment: &'a Deployment, table: &Table) -> Written<'a> {
        let Decision { variant, reason } = self.decision;
        let clusters = deployment.clusters.as_ref();
        let cluster_of = |variant| {
            clusters.map(|clusters| match variant {
                Variant::Blue => &*clusters.blue,
                Variant::Green => &*clusters.green,
            })
        };
        let number = |header: &BucketHeader| match (variant, self.bucket()) {
            (_, Some(bucket)) if matches!(reason, Reason::Weight | Reason::Random) => {
                Some(header.number(bucket))
            }
            (variant, _) => variant.map(|variant| header.end(variant)),
        };
        Written {
            variant,
            // Where a foreign weight of 100 waits, blue without a tag would be green.
            is_fixed: deployment.share == Share::Route,
            cluster: variant.and_then(cluster_of),
            mirror: if self.is_mirrored { cluster_of(Variant::Green) } else { None },
            bucket: table.tags.bucket().and_then(number),
        }
    }

    fn bucket(&self) -> Option<Bucket> {
        match self.draw.as_ref()?.wish {
            Wish::Bucket(bucket, _) => Some(bucket),
            Wish::Side(..) => None,
        }
    }

    fn explain(&self, deployment: &Deployment) -> String {
        explain::Facts {
            deployment: &deployment.name,
            decision: self.decision,
            bucket: self.bucket(),
            weight: self.weight,
            source: self.draw.as_ref().and_then(|draw| draw.source),
            is_issued: self.draw.as_ref().is_some_and(|draw| draw.issued.is_some()),
        }
        .to_text()
    }
}
