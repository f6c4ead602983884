//! A command line of curl, as browsers copy it.

/// What a command line asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Curl {
    pub method: Option<String>,
    pub url: String,
    /// Names as they are written.
    pub headers: Vec<(String, String)>,
}

/// Options of curl that take a value that matters to nobody here.
const WITH_VALUE: [&str; 22] = [
    "-o",
    "--output",
    "-u",
    "--user",
    "-m",
    "--max-time",
    "--connect-timeout",
    "-x",
    "--proxy",
    "--resolve",
    "--cacert",
    "--cert",
    "--key",
    "-w",
    "--write-out",
    "--retry",
    "-F",
    "--form",
    "-T",
    "--upload-file",
    "-c",
    "--cookie-jar",
];

/// Options that give a body, and so make a POST.
const BODY: [&str; 7] =
    ["-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--data-urlencode", "--json"];

/// Takes a command line apart.
///
/// # Errors
/// What is no command line of curl with a URL.
pub fn parse(line: &str) -> Result<Curl, String> {
    // `$'…'`, as bash quotes, and line ends as browsers break lines.
    let line = line.replace("\\\r\n", " ").replace("\\\n", " ").replace(" $'", " '");
    let words = shlex::split(&line).ok_or("a quote is not closed")?;
    let mut words = words.into_iter();
    if words.next().is_none_or(|word| !word.ends_with("curl")) {
        return Err("does not start with curl".to_owned());
    }
    let (mut curl, mut has_body, mut is_get) = (Curl::default(), false, false);
    while let Some(word) = words.next() {
        let (option, inline) = split_option(&word);
        let mut value = || inline.clone().or_else(|| words.next()).unwrap_or_default();
        match option {
            "-H" | "--header" => curl.headers.extend(header(&value())),
            "-X" | "--request" => curl.method = Some(value()),
            "-b" | "--cookie" => curl.headers.push(("cookie".to_owned(), value())),
            "-A" | "--user-agent" => curl.headers.push(("user-agent".to_owned(), value())),
            "-e" | "--referer" => curl.headers.push(("referer".to_owned(), value())),
            "--url" => curl.url = value(),
            "-I" | "--head" => curl.method = Some("HEAD".to_owned()),
            "-G" | "--get" => is_get = true,
            option if BODY.contains(&option) => {
                value();
                has_body = true;
            }
            option if WITH_VALUE.contains(&option) => {
                value();
            }
            option if option.starts_with('-') => {}
            url => url.clone_into(&mut curl.url),
        }
    }
    if curl.url.is_empty() {
        return Err("names no URL".to_owned());
    }
    if curl.method.is_none() && has_body && !is_get {
        curl.method = Some("POST".to_owned());
    }
    Ok(curl)
}

/// `--name=value` and `-Xvalue` in two.
fn split_option(word: &str) -> (&str, Option<String>) {
    if word.starts_with("--") {
        return match word.split_once('=') {
            Some((option, value)) => (option, Some(value.to_owned())),
            None => (word, None),
        };
    }
    match word.split_at_checked(2) {
        Some((option @ ("-H" | "-X" | "-b" | "-A" | "-d"), value)) if !value.is_empty() => {
            (option, Some(value.to_owned()))
        }
        _ => (word, None),
    }
}

/// `name: value` in two.
pub fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    Some((name.trim().to_owned(), value.trim().to_owned()))
}

/// Host and path with query of a URL.
pub fn split_url(url: &str) -> (String, String) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split('#').next().unwrap_or_default();
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let slash = if target.starts_with('/') { "" } else { "/" };
    (host.to_owned(), format!("{slash}{target}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_browser_is_understood() {
        let line = "curl 'https://fraud.example.com/v1/models/fraud:predict?a=1' \\\n  -X POST \\\n  \
                    -H 'x-user-id: u 27' -H $'accept: */*' -b 'uid=7; a=b' --data-raw '{\"a\": 1}' \
                    --compressed";
        let curl = parse(line).unwrap();
        assert_eq!(curl.method.as_deref(), Some("POST"));
        assert_eq!(
            split_url(&curl.url),
            ("fraud.example.com".into(), "/v1/models/fraud:predict?a=1".into())
        );
        let headers: Vec<_> =
            curl.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(headers, [("x-user-id", "u 27"), ("accept", "*/*"), ("cookie", "uid=7; a=b")]);
    }

    #[test]
    fn a_body_makes_a_post_and_a_url_needs_no_path() {
        assert_eq!(parse("curl -d x http://a:80").unwrap().method.as_deref(), Some("POST"));
        assert_eq!(split_url("http://u:p@a:80?x=1#y"), ("a:80".into(), "/?x=1".into()));
        assert!(parse("wget http://a").is_err());
        assert!(parse("curl -s").is_err());
    }
}
