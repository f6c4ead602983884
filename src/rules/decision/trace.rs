//! Decides about one request, and keeps what the decision was made of.

use std::sync::Arc;

use super::overrides::Override;
use super::peer_tag::TrustedTags;
use super::precedence::{Decision, Evidence, decide};
use crate::host::Host;
use crate::request::{Carrier, Request};
use crate::rollback::guard::Guarded;
use crate::rollback::{Limit, Names, Sources};
use crate::split::{Bucket, Mirror, Split, Weight};
use crate::sticky::{Assigner, Assignment, Place};
use crate::tags::Tags;
use crate::variant::Variant;

/// What decides about the requests of one deployment, validated.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Whether green is rolled back by configuration.
    pub is_rolled_back: bool,
    /// Who may choose a variant for one request.
    pub overrides: Option<Arc<Override>>,
    /// Whose variant tag is kept.
    pub trusted_tags: Option<Arc<TrustedTags>>,
    /// What keeps a user on one variant.
    pub assigner: Assigner,
    /// How many users are on green.
    pub split: Split,
    /// Which of blue's requests green gets a copy of.
    pub mirror: Option<Mirror>,
    /// What takes green back when its answers fail.
    pub guard: Option<Arc<Guarded>>,
}

/// What all deployments of a table share when they decide.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'t> {
    /// Names under which decisions are written.
    pub tags: &'t Tags,
    /// Where flags and maximum weights are looked up.
    pub rollback: &'t Sources,
    /// Names of all deployments.
    pub names: &'t Names,
}

/// A decision, and what it was made of.
#[derive(Clone, Debug)]
pub struct Trace<'a> {
    /// What was decided.
    pub decision: Decision,
    /// None where no key was looked for.
    pub assignment: Option<Assignment<'a>>,
    /// The weight in force, lowered by a maximum that was read. None where it did not matter, or
    /// where Envoy's route holds it and no maximum is below 100.
    pub weight: Option<Weight>,
    /// What flags and maximum weights said, where they were read.
    pub limit: Option<Limit>,
    /// Whether green gets a copy.
    pub is_mirrored: bool,
    /// Whether an override was accepted, even where a rollback beats it.
    pub is_overridden: bool,
    /// What brought an override that is to be sent on.
    pub forwarded: Option<Carrier<'a>>,
}

impl Policy {
    /// Decides about a request of the deployment that has this name.
    pub fn decide<'a>(
        &'a self,
        name: &str,
        request: &Request<'_>,
        around: Surroundings<'_>,
        host: &mut impl Host,
    ) -> Trace<'a> {
        // Looked at also where a rollback beats it, for it may ask for an explanation.
        let overridden =
            (self.overrides.as_ref()).and_then(|overrides| overrides.accept(request, name, host));
        let mut asking = Asking {
            policy: self,
            name,
            request,
            around,
            host,
            overridden: overridden.map(|accepted| accepted.variant),
            assignment: None,
            weight: None,
            limit: None,
        };
        let decision = decide(self.is_rolled_back, &mut asking);
        let is_mirrored = asking.is_mirrored(decision);
        let weight = asking.weight_in_force();
        let (assignment, limit) = (asking.assignment, asking.limit);
        let is_overridden = overridden.is_some();
        let forwarded = overridden.and_then(|accepted| accepted.forwarded);
        Trace { decision, assignment, weight, limit, is_mirrored, is_overridden, forwarded }
    }
}

/// One request while it is decided: what was asked so far, and how to ask for more.
struct Asking<'a, 'r, H> {
    policy: &'a Policy,
    name: &'r str,
    request: &'r Request<'r>,
    around: Surroundings<'r>,
    host: &'r mut H,
    overridden: Option<Variant>,
    assignment: Option<Assignment<'a>>,
    weight: Option<Weight>,
    /// What flags and maximum weights say, once they were read.
    limit: Option<Limit>,
}

impl<H: Host> Evidence for Asking<'_, '_, H> {
    fn overridden(&mut self) -> Option<Variant> {
        self.overridden
    }

    fn peer(&mut self) -> Option<Variant> {
        let trusted = self.policy.trusted_tags.as_ref()?;
        trusted.variant(self.request, self.around.tags, self.host)
    }

    fn place(&mut self) -> Place {
        let assigned = self.policy.assigner.assign(self.request, self.host);
        self.assignment.insert(assigned).place
    }

    fn weight(&mut self) -> Option<Weight> {
        let birth = self.assignment.as_ref().and_then(|assigned| assigned.birth);
        self.weight = self.policy.split.weight(birth, self.host);
        self.weight
    }

    fn max_green_weight(&mut self) -> Weight {
        let Surroundings { rollback, names, .. } = self.around;
        let read = || rollback.limit(self.name, names, self.host);
        self.limit.get_or_insert_with(read).most
    }

    fn is_tripped(&self) -> bool {
        self.policy.guard.as_ref().is_some_and(|guard| guard.is_tripped())
    }
}

impl<H: Host> Asking<'_, '_, H> {
    fn bucket(&self) -> Option<Bucket> {
        self.assignment.as_ref()?.place.bucket()
    }

    /// Whether green gets a copy of a request that blue serves.
    fn is_mirrored(&mut self, decision: Decision) -> bool {
        if self.policy.mirror.is_none() || self.is_tripped() {
            return false;
        }
        match (self.policy.mirror, self.bucket(), self.weight, decision.variant) {
            (Some(mirror), Some(bucket), Some(weight), Some(Variant::Blue)) => {
                mirror.takes(bucket, weight, || self.max_green_weight())
            }
            _ => false,
        }
    }

    /// The weight, lowered by a maximum that was read.
    fn weight_in_force(&self) -> Option<Weight> {
        let is_lower = |most: &Weight| self.bucket().is_some() && *most < Weight::FULL;
        match (self.weight, self.limit.map(|limit| limit.most).filter(is_lower)) {
            (Some(weight), Some(most)) => Some(weight.min(most)),
            (weight, most) => weight.or(most),
        }
    }
}

impl Trace<'_> {
    /// The bucket, where one was looked for.
    #[must_use]
    pub fn bucket(&self) -> Option<Bucket> {
        self.assignment.as_ref()?.place.bucket()
    }
}
