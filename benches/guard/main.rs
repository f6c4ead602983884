//! How often the guard takes green back without a cause, and how soon with one.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a measurement that cannot go on has failed"
)]

mod proxy;
mod window;
use bluegreen::rollback::guard::*;
use proxy::*;
use std::time::*;
fn main() {
    let question = Question {
        margin: 0.02,
        above: 0.05,
        threshold: Threshold::new(0.001, Duration::from_secs(30 * 86400), 1),
    };
    let rules = Rules { question, window: window::Window::new(0.02, 0.05), all_users: false };
    for (bad, f) in [
        (
            "100",
            (|v, _| if v == bluegreen::variant::Variant::Green { 1.0 } else { 0.01 })
                as fn(bluegreen::variant::Variant, f64) -> f64,
        ),
        ("20", |v, _| if v == bluegreen::variant::Variant::Green { 0.2 } else { 0.01 }),
        ("50", |v, _| if v == bluegreen::variant::Variant::Green { 0.5 } else { 0.01 }),
    ] {
        for rate in [2., 20., 200., 500., 2000.] {
            let t = Traffic {
                rate,
                crowd: Crowd::Endless,
                weight: |_| 0.1,
                failure: f,
                change: 30.,
                before: 0.01,
            };
            let s = Instant::now();
            let mut v: Vec<f64> =
                (0..60).map(|i| run(&t, &rules, i, 5000.).guard.unwrap_or(1e9)).collect();
            v.sort_by(f64::total_cmp);
            println!("{bad}% {rate} {:.2} {:.2} {:.2} {:?}", v[3], v[30], v[57], s.elapsed());
        }
    }
    for p in [0usize, 1, 2] {
        let t = Traffic {
            rate: 500.,
            crowd: Crowd::Endless,
            weight: |_| 0.1,
            failure: |_, _| 0.,
            change: 1e9,
            before: [0.001, 0.01, 0.05][p],
        };
        let s = Instant::now();
        let r: Vec<_> = (0..40).map(|i| run(&t, &rules, i, 2000.)).collect();
        println!(
            "{p} guard {} window {} ev {:.1e} {:?}",
            r.iter().filter(|t| t.guard.is_some()).count(),
            r.iter().filter(|t| t.window.is_some()).count(),
            r.iter().map(|t| t.evidence).fold(0., f64::max),
            s.elapsed()
        );
    }
}
