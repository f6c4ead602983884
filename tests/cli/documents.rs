//! What documents show is what the program prints.
//!
//! `TRYCMD=overwrite cargo test --package bluegreen-tests --test cli documents` writes the output anew.

use crate::program;

#[test]
fn the_program_prints_what_the_documents_show() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    // Commands name files as a reader in the repository does.
    std::env::set_current_dir(root).unwrap();
    trycmd::TestCases::new()
        .register_bin("bluegreen", program::binary())
        .env("NO_COLOR", "1")
        .case("src/cli/README.md")
        .case("tests/cli/cases/*.md");
}
