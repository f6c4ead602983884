//! What a client sends under a tag's name is overwritten or taken away, whatever the tag is called.

use bluegreen::filter;
use bluegreen_tests::environment::configured;

use bluegreen_tests::fake_host::{FakeHost, Header, header, values};

const EVERY_TAG: [&str; 4] = ["t-variant", "t-cluster", "t-mirror", "t-bucket"];

/// The host after a request that no deployment wants.
fn unwanted(tags: &str, headers: &[Header]) -> FakeHost {
    after(r#""match": {"hosts": ["a"]}"#, tags, headers)
}

fn after(members: &str, tags: &str, headers: &[Header]) -> FakeHost {
    let config = format!(r#"{{"deployments": [{{"name": "a", {members}}}], "tags": {{{tags}}}}}"#);
    let table = configured(&config).unwrap();
    let mut host = FakeHost::with_request(Some("b"), "/", headers);
    filter::on_request_headers(&table, &mut host);
    host
}

#[test]
fn each_forged_tag_is_taken_away_and_nothing_else_written() {
    let tags = r#""variant_header": "t-variant", "cluster_header": "t-cluster",
        "mirror_header": "t-mirror", "bucket_header": {"name": "t-bucket"}"#;
    for tag in EVERY_TAG {
        let host = unwanted(tags, &[header(tag, "1"), header("t-other", "1"), header(tag, "2")]);
        assert_eq!(host.writes, 1, "{tag}");
        let left = EVERY_TAG.map(|tag| values(&host.request, tag).len());
        assert_eq!((left, values(&host.request, "t-other").len()), ([0; 4], 1), "{tag}");
    }
    let all = EVERY_TAG.map(|tag| header(tag, "1"));
    assert_eq!(unwanted(tags, &all).writes, 4);
}

#[test]
fn a_forged_tag_is_seen_however_long_its_name_is() {
    for length in [1, 9, 19, 63, 64, 65, 70, 127, 128, 129, 200] {
        let name = "t".repeat(length);
        let host = unwanted(&format!(r#""variant_header": "{name}""#), &[header(&name, "green")]);
        assert!(values(&host.request, &name).is_empty(), "{length}");
    }
}

#[test]
fn a_condition_is_found_however_long_its_name_is() {
    for length in [1, 63, 64, 65, 70, 128] {
        let name = "c".repeat(length);
        let members = format!(r#""match": {{"headers": [{{"name": "{name}", "exact": "1"}}]}}"#);
        assert_eq!(after(&members, "", &[header(&name, "1")]).writes, 1, "{length}");
        assert_eq!(after(&members, "", &[header(&name, "2")]).writes, 0, "{length}");
    }
}

#[test]
fn a_tag_that_is_taken_away_has_the_route_matched_again_by_itself() {
    let tags = r#""variant_header": null, "cluster_header": "t-cluster", "filter_state": "side""#;
    let cleared = |headers: &[Header]| after(r#""green_weight": 100"#, tags, headers).cleared;
    assert_eq!((cleared(&[]), cleared(&[header("t-cluster", "x")])), (1, 0));
}

#[test]
fn a_tag_that_is_the_usual_key_too_is_still_taken_away() {
    let members = r#""match": {"hosts": ["a"]}, "sticky": {"keys": [{"header": "t-variant"}]}"#;
    let host = after(members, r#""variant_header": "t-variant""#, &[header("t-variant", "green")]);
    assert!(values(&host.request, "t-variant").is_empty());
}

#[test]
fn trailers_that_bear_the_name_of_a_tag_or_of_an_override_are_taken_away() {
    let config = r#"{"deployments": [{"name": "a", "override": {"allow": "anyone", "header": "x-try"}}],
        "tags": {"bucket_header": {}, "mirror_header": "X-Copy"}}"#;
    let table = configured(config).unwrap();
    let names =
        ["x-bluegreen-variant", "x-bluegreen-cluster", "x-copy", "x-bluegreen-bucket", "x-try"];
    let others = ["grpc-status", "x-bluegreen-mirror-cluster", "x-bluegreen-override"];
    let trailers = names.iter().chain(&others).map(|name| header(name, "green")).collect();
    let mut host = FakeHost { trailers, ..FakeHost::default() };
    filter::on_request_trailers(&table, &mut host);
    let left: Vec<_> = host.trailers.iter().map(|(name, _)| &name[..]).collect();
    assert_eq!(left, others.map(str::as_bytes));
}
