//! Programs from PyPI and npm, each in the version that was tried here, installed below cargo's target folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use testbed::{installed, reaper};

use crate::harness::text;

/// What is installed from PyPI.
const PYTHON: [&str; 4] = [
    "mypy==2.4.1",
    "openapi-python-client==0.29.1",
    "openapi-spec-validator==0.9.0",
    "schemathesis==4.32.5",
];

/// What is installed from npm.
const NODE: [&str; 6] = [
    "@redocly/cli@2.77.0",
    "@stoplight/spectral-cli@6.16.3",
    "@types/node@26.6.7",
    "openapi-fetch@0.17.0",
    "openapi-typescript@7.13.0",
    "typescript@5.9.3",
];

/// Returns the folder of the programs from PyPI.
pub(super) fn python() -> &'static Path {
    static PROGRAMS: LazyLock<PathBuf> =
        LazyLock::new(|| installed::from_pypi(folder("python"), &PYTHON));
    &PROGRAMS
}

/// Returns the folder that contains `node_modules`.
pub(super) fn node() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        installed::folder(folder("node"), &NODE, |folder| {
            let mut install = Command::new("npm");
            install
                .args(["install", "--no-save", "--no-audit", "--no-fund"])
                .args(["--ignore-scripts", "--silent", "--prefix"])
                .arg(folder)
                .args(NODE);
            [install].into()
        })
    });
    &FOLDER
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("clients")
        .join(name)
}

/// Runs a program to its end. It is killed if this process ends first.
pub(super) fn run(command: &mut Command) -> Output {
    let program = command.get_program().to_owned();
    reaper::output(command)
        .unwrap_or_else(|error| panic!("{} cannot be run: {error}", program.display()))
}

/// Runs a program that must succeed; returns what it printed.
pub(super) fn succeed(command: &mut Command) -> String {
    let output = run(command);
    let printed = text(&output.stdout);
    let status = output.status;
    assert!(
        status.success(),
        "{command:?}: {status}\n{printed}{}",
        text(&output.stderr)
    );
    printed
}
