//! What the documentation shows works.

use bluegreen_tests::environment::configured;

/// The pages that show configurations, and how many each.
const PAGES: [(&str, usize); 3] = [
    (include_str!("../../README.md"), 1),
    (include_str!("../../envoy/CASES.md"), 7),
    (include_str!("../../envoy/CONFIGURATION.md"), 2),
];

#[test]
fn every_configuration_that_is_shown_is_accepted() {
    for (page, at_least) in PAGES {
        let shown = page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
        let shown: Vec<_> = shown.collect();
        assert!(shown.len() >= at_least);
        for json in shown {
            let accepted = configured(json);
            assert!(accepted.is_ok(), "{json}\n{}", accepted.unwrap_err());
        }
    }
}
