//! How one request was decided: all that was looked at, and the decision.

use std::sync::Arc;

use super::overrides::Override;
use super::peer_tag::TrustedTags;
use super::precedence::{Decision, Proposal, decide};
use crate::host::Host;
use crate::request::Request;
use crate::rollback::{Names, Sources};
use crate::split::{Bucket, Mirror, Split, Weight};
use crate::sticky::{Assigner, Assignment};
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
}

/// What all deployments of a table share when they decide.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'t> {
    /// Names under which decisions are written.
    pub tags: &'t Tags,
    /// Where flags are looked up.
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
    /// Whether green gets a copy.
    pub is_mirrored: bool,
    /// Whether an override was accepted, even where a rollback beats it.
    pub is_overridden: bool,
}

impl<'a> Trace<'a> {
    /// Decides about a request of a deployment.
    pub fn new(
        policy: &'a Policy,
        name: &str,
        request: &Request<'_>,
        around: Surroundings<'_>,
        host: &mut impl Host,
    ) -> Self {
        // An override is taken off a request also where a rollback beats it.
        let overridden =
            (policy.overrides.as_ref()).and_then(|overrides| overrides.accept(request, name, host));
        let (mut assignment, mut weight, mut read) = (None, None, None);
        let propose = |host: &mut _| {
            if let Some(variant) = overridden {
                return Proposal::Override(variant);
            }
            let trusted = policy.trusted_tags.as_ref();
            if let Some(variant) =
                trusted.and_then(|trusted| trusted.variant(request, around.tags, host))
            {
                return Proposal::Peer(variant);
            }
            let assigned = policy.assigner.assign(request, host);
            let place = assigned.place;
            weight = place.bucket().and_then(|_| policy.split.weight(host));
            assignment = Some(assigned);
            Proposal::Assigned(place, weight)
        };
        let mut max_green_weight = |host: &mut _| {
            *read.get_or_insert_with(|| around.rollback.max_green_weight(name, around.names, host))
        };
        let decision = decide(policy.is_rolled_back, host, propose, &mut max_green_weight);
        let bucket = assignment.as_ref().and_then(|assigned| assigned.place.bucket());
        let is_mirrored = match (policy.mirror, bucket, weight, decision.variant) {
            (Some(mirror), Some(bucket), Some(weight), Some(Variant::Blue)) => {
                mirror.takes(bucket, weight, || max_green_weight(host))
            }
            _ => false,
        };
        let lowered = read.filter(|weight| bucket.is_some() && *weight < Weight::FULL);
        let weight = match (weight, lowered) {
            (Some(weight), Some(lowered)) => Some(weight.min(lowered)),
            (weight, lowered) => weight.or(lowered),
        };
        let is_overridden = overridden.is_some();
        Self { decision, assignment, weight, is_mirrored, is_overridden }
    }

    /// The bucket, where one was looked for.
    #[must_use]
    pub fn bucket(&self) -> Option<Bucket> {
        self.assignment.as_ref()?.place.bucket()
    }
}
