//! Runs a target on kept inputs and on new ones.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use bluegreen::split::Salt;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

/// What a promise says when it is broken.
pub type Promise = Result<(), TestCaseError>;

/// Tries all kept inputs of a target, then new ones. `promise` gives whether the input got past
/// the first checks of the filter; enough of them have to.
pub fn check(
    target: &str,
    inputs: impl Strategy<Value = Vec<u8>>,
    promise: impl Fn(&[u8]) -> Result<bool, TestCaseError>,
) {
    for input in kept(target) {
        promise(&fs::read(&input).unwrap())
            .unwrap_or_else(|broken| panic!("{}: {broken}", input.display()));
    }
    let cases = count();
    let (start, deep) = (Instant::now(), Cell::new(0_u32));
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&inputs, |input| {
        deep.set(deep.get() + u32::from(promise(&input)?));
        Ok(())
    });
    let deep = deep.get();
    println!("{target}: {cases} inputs, {deep} of them deep, in {:.1?}", start.elapsed());
    match result {
        Ok(()) => assert!(deep > cases / 20, "{target}: only {deep} inputs got anywhere"),
        Err(TestError::Fail(broken, input)) => {
            let kept = keep(target, &input);
            panic!("{broken}\n{}\nkept as {}", input.escape_ascii(), kept.display());
        }
        Err(aborted) => panic!("{aborted}"),
    }
}

fn count() -> u32 {
    match std::env::var("FUZZ_INPUTS") {
        Ok(count) => count.parse().expect("FUZZ_INPUTS is a number"),
        // Without optimization a tenth takes as long.
        Err(_) => {
            if cfg!(debug_assertions) {
                2_000
            } else {
                20_000
            }
        }
    }
}

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/found").join(target)
}

/// Inputs that broke a promise once.
fn kept(target: &str) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder(target)).into_iter().flatten().map(|entry| entry.unwrap().path())
}

fn keep(target: &str, input: &[u8]) -> PathBuf {
    fs::create_dir_all(folder(target)).unwrap();
    let path = folder(target).join(format!("{:016x}", Salt::new("").bucket(input).0));
    fs::write(&path, input).unwrap();
    path
}
