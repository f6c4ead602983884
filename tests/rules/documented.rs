//! What the documentation shows works.

use bluegreen::table::Table;

const README: &str = include_str!("../../README.md");
const CASES: &str = include_str!("../../envoy/CASES.md");

/// The JSON blocks of a page. A secret that a VM's environment would hold is put into its place.
fn configurations(page: &str) -> Vec<String> {
    let blocks = page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
    let secret = r#""secret_base64": "MDEyMzQ1Njc4OWFiY2RlZg==""#;
    blocks.map(|json| json.replace(r#""secret_env": "BLUEGREEN_CI_SECRET""#, secret)).collect()
}

#[test]
fn every_configuration_that_is_shown_is_accepted() {
    for (page, at_least) in [(README, 1), (CASES, 7)] {
        let shown = configurations(page);
        assert!(shown.len() >= at_least);
        for json in shown {
            let accepted = Table::from_json(json.as_bytes());
            assert!(accepted.is_ok(), "{json}\n{}", accepted.unwrap_err());
        }
    }
}
