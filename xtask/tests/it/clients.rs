//! Packages, installed and run by the programs that users have. These come from PyPI, npm and crates.io, so that
//! `cargo xtask test --clients` alone runs these tests.

mod deb;
mod npm;
mod python;
mod tools;

use std::path::{Path, PathBuf};
use std::process::Command;

use testbed::files::Folder;
use testbed::output::{stderr, stdout};

/// Asserts that an installed `oasproof` compares two documents, and passes its exit code on.
fn assert_compares(oasproof: &mut Command) {
    let folder = Folder::new();
    let document = |most: u32| {
        format!(
            r#"{{"openapi": "3.1.0", "info": {{"title": "t", "version": "1"}}, "paths": {{"/a": {{"get": {{"responses":
            {{"200": {{"description": "ok", "content": {{"application/json": {{"schema":
            {{"type": "string", "maxLength": {most}}}}}}}}}}}}}}}}}}}"#
        )
    };
    let base = folder.file("base.json", &document(5));
    let revision = folder.file("revision.json", &document(9));
    let output = oasproof.args(["diff", &base, &revision]).output();
    let output = output.unwrap_or_else(|error| panic!("{oasproof:?}: {error}"));
    let said = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{said}{}", stderr(&output));
    assert!(said.starts_with("breaking "), "{said}");
    assert!(said.contains("for example "), "{said}");
}

/// Returns the only file in a folder whose name begins and ends so.
fn file(folder: &Path, begin: &str, end: &str) -> PathBuf {
    let files = std::fs::read_dir(folder).expect("a folder");
    let paths = files.map(|file| file.expect("an entry").path());
    let found: Vec<PathBuf> = paths
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(begin) && name.ends_with(end)
        })
        .collect();
    let [file] = found.as_slice() else {
        panic!("{begin}…{end}: {found:?}");
    };
    file.clone()
}
