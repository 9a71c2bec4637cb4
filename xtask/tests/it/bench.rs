//! `bench`: errors that are found before anything is measured.

use std::process::Command;

use testbed::files::Folder;
use testbed::output::{stderr, stdout};

use crate::xtask;

#[test]
fn a_corpus_without_pairs_is_an_error() {
    let folder = Folder::new();
    let manifest = folder.file("manifest.jsonl", "");
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["bench", "corpus"])
        .env("OPENAPI_CORPUS", folder.path())
        .output()
        .expect("xtask runs");
    assert_eq!(output.status.code(), Some(3), "{}", stdout(&output));
    let said = stderr(&output);
    let expected = format!("{manifest} names no pair of documents");
    assert!(said.contains(&expected), "{said}");
}

#[test]
fn invalid_times_and_numbers_are_refused_before_anything_is_built() {
    for (option, value, why) in [
        ("--seconds", "abc", "not a number of seconds"),
        ("--seconds", "-1", "too short to measure"),
        ("--seconds", "0", "too short to measure"),
        ("--tokens", "abc", "`abc` is not a number of tokens"),
        ("--tokens", "1000,,10", "`` is not a number of tokens"),
    ] {
        let output = xtask(&["bench", "server", &format!("{option}={value}")]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{option} {value}: {said}");
        assert!(said.contains(why), "{option} {value}: {said}");
    }
}

#[test]
fn a_target_directory_is_relative_to_the_caller() {
    let folder = Folder::new();
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["dist", "--only=archive", "--program=oasproof"])
        // Without programs, so that nothing is packaged.
        .args(["--built", "."])
        .current_dir(folder.path())
        .env("CARGO_TARGET_DIR", "built/here")
        .output()
        .expect("xtask runs");
    assert_eq!(output.status.code(), Some(3), "{}", stdout(&output));
    assert!(
        folder.path().join("built/here/dist").is_dir(),
        "{}",
        stderr(&output)
    );
}
