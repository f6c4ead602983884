//! The request that is asked about.

use serde_json::Value;

use super::curl;
use crate::arguments::Explain;
use crate::clock;
use crate::rules::{Call, Metadata};
use crate::source::{Scalar, Style};

/// What of the client's headers is the proxy's to say.
const BY_THE_PROXY: &str = "x-envoy-internal";

/// The request that the arguments describe.
///
/// # Errors
/// What cannot be understood.
pub fn from(arguments: &Explain) -> Result<Call, String> {
    let mut curl = match &arguments.curl {
        Some(line) => curl::parse(line).map_err(|reason| format!("--curl: {reason}"))?,
        None => curl::Curl::default(),
    };
    let (mut host, mut path) = curl::split_url(&curl.url);
    if let Some(own) = &arguments.host {
        host.clone_from(own);
    }
    if let Some(own) = &arguments.path {
        path.clone_from(own);
    }
    for line in &arguments.headers {
        let header = curl::header(line).ok_or_else(|| format!("-H: `{line}` has no `:`"))?;
        curl.headers.push(header);
    }
    let method = arguments.method.clone().or(curl.method).unwrap_or_else(|| "GET".to_owned());
    // Envoy has one host, which HTTP/1.1 clients send as a header.
    let named = curl.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host"));
    if let Some((_, named)) = named {
        host.clone_from(named);
    }
    let mut headers = vec![
        (":authority".to_owned(), host),
        (":path".to_owned(), path),
        (":method".to_owned(), method),
    ];
    let lower = curl.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
    headers.extend(lower.filter(|(name, _)| name != "host" && name != BY_THE_PROXY));
    if arguments.internal {
        headers.push((BY_THE_PROXY.to_owned(), "true".to_owned()));
    }
    if headers.first().is_some_and(|(_, host)| host.is_empty()) {
        headers.remove(0);
    }
    let metadata = Metadata {
        flag: arguments.flag.as_deref().map(value),
        max_green_weight: arguments.max_green_weight.as_deref().map(value),
        all: match &arguments.metadata {
            Some(text) => {
                serde_json::from_str(text).map_err(|error| format!("--metadata: {error}"))?
            }
            None => serde_json::Map::new(),
        },
    };
    let mut attributes = Vec::new();
    let mut add = |path: &[&str], value: &str| {
        attributes.push((path.iter().map(|part| (*part).to_owned()).collect(), value.to_owned()));
    };
    if let Some(peer) = &arguments.peer {
        add(&["connection", "uri_san_peer_certificate"], peer);
    }
    if let Some(address) = &arguments.source_address {
        add(&["source", "address"], address);
    }
    for attribute in &arguments.attributes {
        let (path, value) = attribute_of(attribute)?;
        add(&path.iter().map(String::as_str).collect::<Vec<_>>(), value);
    }
    let now = arguments.at.unwrap_or_else(clock::now);
    Ok(Call { headers, metadata, attributes, now })
}

/// Path and value of `a/b=value`, or of `["a","b"]=value` where a part holds a slash.
fn attribute_of(text: &str) -> Result<(Vec<String>, &str), String> {
    if text.starts_with('[') {
        let (list, value) = text.split_once("]=").ok_or("--attribute: the list has no end")?;
        let path = serde_json::from_str(&format!("{list}]"));
        return Ok((path.map_err(|error| format!("--attribute: {error}"))?, value));
    }
    let (path, value) =
        text.split_once('=').ok_or_else(|| format!("--attribute: `{text}` has no `=`"))?;
    Ok((path.split('/').map(str::to_owned).collect(), value))
}

/// A value as YAML or JSON writes it.
fn value(text: &str) -> Value {
    serde_json::from_str(text)
        .unwrap_or_else(|_| Scalar { text: text.to_owned(), style: Style::Plain }.value())
}
