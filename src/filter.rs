//! One stream: read, decide, tag.

use std::rc::Rc;

use crate::cookie::Id;
use crate::decision::{Decision, Variant, decide};
use crate::host::Host;
use crate::pairs::Pairs;
use crate::routing::{Deployment, Table};
use crate::sticky::Draw;
use crate::tags::{Forged, Tags};

/// The filter of one stream.
#[derive(Debug)]
pub struct Filter {
    table: Rc<Table>,
    response: Response,
}

/// What the response of this stream has to carry.
#[derive(Debug, Default)]
struct Response {
    variant: Option<Variant>,
    set_cookie: Option<String>,
}

/// What decides where a request goes, found in one pass over its headers.
#[derive(Debug, Default)]
struct Request<'a> {
    authority: &'a [u8],
    path: &'a [u8],
    forged: Forged,
}

impl Filter {
    /// A filter for a new stream.
    #[must_use]
    pub fn new(table: Rc<Table>) -> Self {
        Self { table, response: Response::default() }
    }

    /// Decides about a request and tags it. Gives the deployment and the decision, if there is
    /// a deployment for it.
    pub fn on_request_headers(&mut self, host: &mut impl Host) -> Option<(&str, Decision)> {
        let buffer = host.request_headers();
        let headers = Pairs::new(&buffer);
        let Self { table, response } = self;
        let request = Request::read(headers, &table.tags);
        let Some(deployment) = table.find(request.authority, request.path) else {
            table.tags.remove(request.forged, host);
            return None;
        };
        let (decision, issued) = decide_for(deployment, headers, table, host);
        let cluster = deployment.clusters.as_ref().map(|clusters| match decision.variant {
            Variant::Blue => &*clusters.blue,
            Variant::Green => &*clusters.green,
        });
        table.tags.write(decision.variant, cluster, request.forged, host);
        response.variant = Some(decision.variant);
        response.set_cookie = issued.and_then(|id| Some(deployment.sticky.cookie()?.issue(&id)));
        Some((&deployment.name, decision))
    }

    /// Tells the client what it is to know.
    pub fn on_response_headers(&mut self, host: &mut impl Host) {
        if let (Some(name), Some(variant)) = (self.table.tags.response(), self.response.variant) {
            host.set_response_header(name, variant.as_str());
        }
        if let Some(cookie) = self.response.set_cookie.take() {
            host.add_response_header("set-cookie", &cookie);
        }
    }
}

fn decide_for(
    deployment: &Deployment,
    headers: Pairs<'_>,
    table: &Table,
    host: &mut impl Host,
) -> (Decision, Option<Id>) {
    let Some(weight) = deployment.weight else { return (Decision::ROLLED_BACK, None) };
    let draw = deployment.sticky.draw(headers, host);
    let decision =
        decide(weight, &draw, || table.rollback.roll_back(&deployment.name, table.names(), host));
    let issued = match draw {
        Draw::Issued(_, id) => Some(id),
        Draw::Keyed(_) | Draw::Random(_) => None,
    };
    (decision, issued)
}

impl<'a> Request<'a> {
    fn read(headers: Pairs<'a>, tags: &Tags) -> Self {
        headers.iter().fold(Self::default(), |mut request, (name, value)| {
            match name {
                b":authority" => request.authority = value,
                b":path" => request.path = value,
                _ => request.forged.note(name, tags),
            }
            request
        })
    }
}
