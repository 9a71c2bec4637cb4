//! The document as linters read it, and clients that are generated from it. The programs come from PyPI and npm, so that
//! `cargo xtask test --clients` alone runs these tests.

mod generated;
mod linters;
mod schemathesis;
mod tools;

use std::path::{Path, PathBuf};

use crate::harness::{binary, output};

/// Makes a folder for a test with the document that the server emits; returns it and the document's file.
fn folder_with_document() -> (tempfile::TempDir, PathBuf) {
    let folder = testbed::folder().expect("a folder");
    let file = folder.path().join("openapi.json");
    write(&file, &output(binary().arg("openapi")).stdout);
    (folder, file)
}

fn write(path: &Path, content: &[u8]) {
    std::fs::write(path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
