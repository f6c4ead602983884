//! The recipes for pipelines do what they promise, as far as they run without their services: `gh` and
//! `kubectl` are stand-ins.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::program;

const WORKFLOW: &str = include_str!("../../envoy/ci/github-workflow.yaml");
const HOOK: &str = include_str!("../../envoy/ci/pre-commit-config.yaml");
const JOB: &str = include_str!("../../envoy/ci/presync-job.yaml");

const BEFORE: &str = include_str!("../../src/cli/examples/before.yaml");
const AFTER: &str = include_str!("../../src/cli/examples/after.yaml");
const BROKEN: &str = include_str!("../../src/cli/examples/broken.yaml");

/// A folder with a repository, whose commit holds one manifest, and the programs that recipes call.
struct Repository {
    root: PathBuf,
}

impl Repository {
    fn new(name: &str) -> Self {
        let root = program::folder(name);
        let bin = root.join("bin");
        fs::create_dir_all(&bin).unwrap();
        std::os::unix::fs::symlink(program::binary(), bin.join("bluegreen")).unwrap();
        let repository = Self { root };
        repository.stand_in("gh", "cp comment.md said.md");
        repository.stand_in("kubectl", "cat \"$2\"/*.yaml");
        repository.write(BEFORE);
        repository.bash(
            "git init -q . && git add manifests && \
             git -c user.name=a -c user.email=a@example.com commit -qm 'The manifest'",
        );
        repository
    }

    fn stand_in(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        let file = self.root.join("bin").join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn write(&self, manifest: &str) {
        fs::create_dir_all(self.root.join("manifests")).unwrap();
        fs::write(self.root.join("manifests/routing.yaml"), manifest).unwrap();
    }

    fn bash(&self, script: &str) -> Output {
        let path = std::env::var("PATH").unwrap();
        Command::new("bash")
            .args(["-ec", script])
            .current_dir(&self.root)
            .env("PATH", format!("{}:{path}", self.root.join("bin").display()))
            .env("MANIFESTS", "manifests")
            .env("BASE", "HEAD")
            .env("NUMBER", "1")
            .output()
            .unwrap()
    }

    fn is_good(&self, script: &str) -> bool {
        self.bash(script).status.success()
    }
}

/// The command of a step: what follows `run:` after its name.
fn step(name: &str) -> String {
    let (_, rest) = WORKFLOW.split_once(&format!("- name: {name}\n")).unwrap();
    let rest = rest.split("    - ").next().unwrap();
    let (_, run) = rest.split_once("run: ").unwrap();
    match run.strip_prefix("|\n") {
        Some(block) => block.lines().map(|line| line.trim().to_owned() + "\n").collect(),
        None => run.lines().next().unwrap().to_owned(),
    }
}

#[test]
fn the_workflow_passes_a_higher_weight_and_refuses_errors_and_reshuffles() {
    let repository = Repository::new("workflow");
    let check = step("Check");
    let (comment, refuse) = (step("Say who moves"), step("Refuse what reshuffles users"));

    repository.write(&BEFORE.replace("green_weight: 10", "green_weight: 25"));
    assert!(repository.is_good(&check) && repository.is_good(&comment));
    assert!(repository.is_good(&refuse));
    let said = fs::read_to_string(repository.root.join("said.md")).unwrap();
    assert!(said.contains("| fraud-scorer | 10 % → 25 % | 15 % of the users move"), "{said}");

    repository.write(AFTER);
    assert!(repository.is_good(&check) && !repository.is_good(&refuse));

    repository.write(BROKEN);
    assert!(!repository.is_good(&check));
    let report = fs::read_to_string(repository.root.join("bluegreen.sarif")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let first = &report["runs"][0]["results"][0];
    let place = &first["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "manifests/routing.yaml");
    assert_eq!(place["region"]["startLine"], 11);
    assert_eq!((&first["level"], &first["ruleId"]), (&"error".into(), &"configuration".into()));
}

#[test]
fn the_hook_lets_other_files_pass_and_stops_errors() {
    let repository = Repository::new("hook");
    let line = HOOK.lines().find_map(|line| line.trim().strip_prefix("entry: ")).unwrap();
    let other = repository.root.join("other.yaml");
    fs::write(&other, "kind: Deployment\napiVersion: apps/v1\n").unwrap();
    assert!(repository.is_good(&format!("{line} other.yaml manifests/routing.yaml")));
    repository.write(BROKEN);
    assert!(!repository.is_good(&format!("{line} other.yaml manifests/routing.yaml")));
}

#[test]
fn the_job_fails_before_a_bad_configuration_is_applied() {
    let repository = Repository::new("job");
    let (_, script) = JOB.split_once("- |\n").unwrap();
    let script: String = script.lines().map(|line| line.trim().to_owned() + "\n").collect();
    let clone = repository.root.join("clone");
    let run = || {
        let _ = fs::remove_dir_all(&clone);
        let here = |path: &Path| path.display().to_string();
        let script = script.replace("/tmp/manifests", &here(&clone));
        repository.is_good(&format!(
            "export REPOSITORY='file://{}' OVERLAY=manifests; {script}",
            here(&repository.root)
        ))
    };
    assert!(run());
    repository.write(BROKEN);
    repository.bash("git -c user.name=a -c user.email=a@example.com commit -qam 'A mistake'");
    assert!(!run());
}
