//! Names of metrics. Envoy reads labels off them by rules that a mesh or a bootstrap configures:
//! `TAG=.=value;.;` for each, and then the name.

use bluegreen::decision::Reason;
use bluegreen::variant::Variant;

/// How the filter calls who served a request: where Envoy's route holds the weight, it may not know.
pub fn served_by(variant: Option<Variant>) -> &'static str {
    variant.map_or("route", Variant::as_str)
}

/// A metric of a deployment.
pub fn of_deployment(deployment: &str, name: &str) -> String {
    format!("deployment=.={deployment};.;bluegreen_{name}")
}

/// A metric of a deployment's variant.
pub fn of_variant(deployment: &str, variant: Variant, name: &str) -> String {
    let variant = variant.as_str();
    format!("deployment=.={deployment};.;variant=.={variant};.;bluegreen_{name}")
}

/// The counter of requests.
pub fn requests(deployment: &str, variant: Option<Variant>, reason: Reason) -> String {
    let (variant, reason) = (served_by(variant), reason.as_str());
    format!(
        "deployment=.={deployment};.;variant=.={variant};.;reason=.={reason};.;bluegreen_requests_total"
    )
}
