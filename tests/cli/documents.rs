//! What documents show is what the program prints. `TRYCMD=overwrite cargo test` writes it anew.

/// Commands run in a folder of their own, with the manifests of the case or of the repository.
#[test]
fn the_program_prints_what_the_documents_show() {
    trycmd::TestCases::new()
        .register_bin("bluegreen", std::path::Path::new(env!("CARGO_BIN_EXE_bluegreen")))
        .env("NO_COLOR", "1")
        .case("../../tests/cli/cases/*.md")
        .case("README.md");
}
