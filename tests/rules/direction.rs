//! The direction of dependencies: the rules use no host, the packages use each other one way, and
//! inside the rules the rooms use those below them alone. Read off the source, as text.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of the rules from the top: each may use those of the lines below its own.
const FLOORS: [&[&str]; 11] = [
    &["filter"],
    &["table"],
    &["deployment"],
    &["decision"],
    &["sticky", "matching"],
    &["request"],
    &["tags", "rollback"],
    &["split"],
    &["host"],
    &["wire"],
    &["config", "bytes", "decimal", "metrics", "variant", "warn_once"],
];

/// What only bindings and the program may touch: hosts, clocks, the environment, logs, threads.
const OUTSIDE: [&str; 12] = [
    "std::env",
    "std::fs",
    "std::net::Tcp",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "SystemTime",
    "thread_local!",
    "proxy_wasm",
    "getrandom",
    "unsafe ",
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../src")
}

/// All Rust files below a folder, with their code: comments and unit tests are left out.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            found.insert(path, lines.collect::<Vec<_>>().join("\n"));
        }
    }
    assert!(!found.is_empty(), "{}", folder.display());
    found
}

/// The names that follow `prefix` in a text: `a` of `crate::a::B`, `a` and `b` of `crate::{a, b}`.
fn names_after<'a>(text: &'a str, prefix: &str) -> Vec<&'a str> {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = |text: &'a str| text.split(|c| !is_letter(c)).next().unwrap_or_default();
    let names = text.split(prefix).skip(1).flat_map(|rest| match rest.strip_prefix('{') {
        Some(list) => list.split('}').next().unwrap().split(',').map(|n| name(n.trim())).collect(),
        None => vec![name(rest)],
    });
    names.collect()
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// The room of a file: its folder, or its own name at the top.
fn room_of(path: &Path) -> String {
    let relative = path.strip_prefix(source().join("rules")).unwrap();
    let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

#[test]
fn a_room_of_the_rules_uses_only_rooms_below_it() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (path, code) in files(&source().join("rules")) {
        let room = room_of(&path);
        // The configuration is a package: what it calls `crate` is itself.
        if room == "lib" || room == "config" || room == "watch" {
            continue;
        }
        let own = floor(&room).unwrap_or_else(|| panic!("{room} has no floor in this test"));
        for used in names_after(&code, "crate::") {
            let Some(other) = floor(used) else { panic!("{}: {used}?", path.display()) };
            seen += 1;
            if used != room && other <= own {
                wrong.push(format!("{}: {room} uses {used}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 100, "only {seen} uses found");
}

#[test]
fn the_rules_know_no_host_no_clock_and_no_environment() {
    for (path, code) in files(&source().join("rules")) {
        for outside in OUTSIDE {
            assert!(!code.contains(outside), "{} uses {outside}", path.display());
        }
        let logs = names_after(&code, "log::");
        assert!(logs.is_empty(), "{} logs {logs:?}", path.display());
    }
    let lib = fs::read_to_string(source().join("rules/lib.rs")).unwrap();
    assert!(lib.contains("#![forbid(unsafe_code)]"));
}

/// The packages of this workspace that a package depends on, for tests or not.
fn members(package: &str) -> Vec<String> {
    let manifest = fs::read_to_string(source().join(package).join("Cargo.toml")).unwrap();
    let lines = manifest.lines().skip_while(|line| *line != "[lib]" && *line != "[[bin]]");
    let is_ours = |line: &&str| line.starts_with("bluegreen");
    let name = |line: &str| line.split(['.', ' ', '=']).next().unwrap().to_owned();
    lines.filter(is_ours).map(name).collect()
}

#[test]
fn the_rules_use_the_configuration_alone_and_all_others_use_the_rules_alone() {
    for entry in fs::read_dir(source()).unwrap() {
        let path = entry.unwrap().path();
        if !path.join("Cargo.toml").exists() {
            continue;
        }
        let package = path.file_name().unwrap().to_str().unwrap();
        let expected: &[_] = match package {
            "rules" => &["bluegreen-config"],
            "proxy_wasm" | "dynamic_module" => &["bluegreen", "bluegreen-watch"],
            _ => &["bluegreen"],
        };
        assert_eq!(members(package), expected, "{package}");
    }
    assert_eq!(members("rules/config"), [""; 0]);
    assert_eq!(members("rules/watch"), ["bluegreen"]);
}
