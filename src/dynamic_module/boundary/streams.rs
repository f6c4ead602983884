//! What single streams have to keep.

use serde_json::json;

use super::fake_envoy::{
    FakeConfiguration, FakeRouteConfiguration, FakeStream, Line, Namespaces, log,
};

fn values<'a>(lines: &'a [Line], name: &str) -> Vec<&'a str> {
    let of_name = lines.iter().filter(|(known, _)| **known == *name.as_bytes());
    of_name.map(|(_, value)| std::str::from_utf8(value).unwrap()).collect()
}

fn configured(sources: &serde_json::Value) -> FakeConfiguration {
    let config = json!({
        "deployments": [{"name": "fraud", "green_weight": 100, "override": {"allow": "anyone"}}],
        "rollback": {"sources": sources},
        "tags": {"response_header": "x-variant", "filter_state": "variant"},
    });
    FakeConfiguration::new(&config.to_string()).expect("is accepted")
}

fn stream() -> FakeStream {
    let lines: [(&[u8], &[u8]); 5] = [
        (b":authority", b"example.com"),
        (b":path", b"/fraud"),
        (b"x-bluegreen-override", b"nonsense"),
        (b"x-bluegreen-variant", b"blue"),
        (b"x-user-id", b"u-4711"),
    ];
    FakeStream::with_request(&lines)
}

#[test]
fn a_request_is_tagged_once_it_is_decided_and_its_route_matched_again_once() {
    let mut stream = stream();
    configured(&json!(["route"])).serve(&mut stream);
    assert_eq!(values(&stream.request, "x-bluegreen-variant"), ["green"]);
    assert_eq!(values(&stream.request, "x-bluegreen-override"), [""; 0]);
    assert_eq!(values(&stream.response, "x-variant"), ["green"]);
    assert_eq!(stream.filter_state[&b"wasm.variant"[..]], b"green");
    assert_eq!((stream.cleared, stream.counted.len()), (1, 1));
}

#[test]
fn a_flag_of_any_type_is_read_from_each_source() {
    for (flag, variant) in [
        (json!(true), "blue"),
        (json!(false), "green"),
        (json!(1), "blue"),
        (json!("fraud, churn"), "blue"),
        (json!("churn"), "green"),
        (json!(["fraud"]), "blue"),
        (json!([]), "green"),
        (json!(["fraud", 1]), "blue"),
        (json!(null), "blue"),
        (json!({"a": 1}), "blue"),
    ] {
        let namespaces = json!({"bluegreen": {"rollback": flag}});
        let members = [(b"rollback".to_vec(), flag.clone())].into_iter().collect();
        let metadata: Namespaces = [(b"bluegreen".to_vec(), members)].into_iter().collect();
        let route_configuration = FakeRouteConfiguration::new(&namespaces.to_string()).unwrap();
        for source in ["route", "cluster", "per_filter_config", "filter_state"] {
            let mut stream = stream();
            match source {
                "route" => stream.route = metadata.clone(),
                "cluster" => stream.cluster = metadata.clone(),
                "per_filter_config" => stream.route_configuration = route_configuration.address(),
                _ => {
                    let text = namespaces["bluegreen"].to_string();
                    stream.filter_state.insert(b"bluegreen".to_vec(), text.into_bytes());
                }
            }
            configured(&json!([source])).serve(&mut stream);
            let found = values(&stream.request, "x-bluegreen-variant");
            assert_eq!(found, [variant], "{flag} in {source}");
        }
    }
}

#[test]
fn a_second_pass_finds_what_the_first_one_left_and_nothing_of_another_request() {
    let config = json!({
        "deployments": [{
            "name": "fraud",
            "green_weight": 0,
            "match": {"hosts": ["example.com"]},
            "override": {"allow": "anyone"},
        }],
        "rollback": {"sources": ["route"]},
        "tags": {"response_header": "x-variant"},
    });
    let configuration = FakeConfiguration::new(&config.to_string()).expect("is accepted");
    let request = |host: &'static [u8], value: &'static [u8]| {
        let lines: [(&[u8], &[u8]); 3] =
            [(b":authority", host), (b":path", b"/"), (b"x-bluegreen-override", value)];
        FakeStream::with_request(&lines)
    };
    let second_pass = || {
        let mut stream = request(b"example.com", b"");
        stream.request.pop();
        let original = b"http://example.com/first"[..].into();
        stream.request.push((b"x-envoy-original-url"[..].into(), original));
        stream.filter_state.insert(b"num_internal_redirects".to_vec(), b"1".to_vec());
        configuration.serve(&mut stream);
        values(&stream.request, "x-bluegreen-variant").join(",")
    };
    let mut first = request(b"example.com", b"green");
    configuration.abandon(&mut [&mut first]);
    assert_eq!(values(&first.request, "x-bluegreen-variant"), ["green"]);
    assert_eq!(second_pass(), "green");
    let mut other = request(b"example.org", b"");
    configuration.abandon(&mut [&mut request(b"example.com", b"green"), &mut other]);
    assert_eq!(second_pass(), "blue");
}

#[test]
fn more_headers_than_there_is_usual_room_for_are_read() {
    let mut stream = stream();
    for number in 0..500 {
        stream.request.insert(2, (format!("x-{number}").into_bytes().into(), b""[..].into()));
    }
    configured(&json!(["route"])).serve(&mut stream);
    assert_eq!(values(&stream.request, "x-bluegreen-variant"), ["green"]);
    assert_eq!(stream.request.len(), 504);
}

#[test]
fn what_the_module_cannot_read_is_refused_with_its_name() {
    for (source, told) in [
        (json!("virtual_host"), "`virtual_host`"),
        (json!("listener"), "`listener`"),
        (json!("node"), "`node`"),
        (json!({"in": "route", "path": ["a", "b", "c"]}), "\"a.b.c\" in the metadata of `route`"),
    ] {
        let config = json!({"deployments": [{"name": "a"}], "rollback": {"sources": [source]}});
        assert!(FakeConfiguration::new(&config.to_string()).is_none());
        assert!(log().iter().any(|line| line.contains(told)), "{source}: {:?}", log());
    }
    let by_default = json!({"deployments": [{"name": "a"}]});
    assert!(FakeConfiguration::new(&by_default.to_string()).is_none());
    assert!(FakeRouteConfiguration::new("[]").is_none());
    assert!(FakeRouteConfiguration::new("{").is_none());
}
