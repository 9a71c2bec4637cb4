//! Programs from PyPI and npm, each in the version that was tried here, installed below cargo's target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use testbed::reaper::{self, How};

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
    static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = folder("python", &PYTHON, |folder| {
            let pip = folder.join("bin/pip");
            let mut environment = Command::new("python3");
            environment.args(["-m", "venv", "--clear"]).arg(folder);
            let mut install = Command::new(pip);
            install
                .args(["install", "--quiet", "--timeout", "15"])
                .args(PYTHON);
            [environment, install].into()
        });
        folder.join("bin")
    });
    &PROGRAMS
}

/// Returns the folder that contains `node_modules`.
pub(super) fn node() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        folder("node", &NODE, |folder| {
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

/// Returns a folder with these packages. What an earlier run has installed there stays, unless it differs.
fn folder(name: &str, packages: &[&str], install: impl Fn(&Path) -> Vec<Command>) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("clients")
        .join(name);
    let noted = folder.join("installed");
    let wanted = packages.join(" ");
    if fs::read_to_string(&noted).is_ok_and(|installed| installed == wanted) {
        return folder;
    }
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the target folder is ours");
    for mut command in install(&folder) {
        let output = run(&mut command);
        assert!(
            output.status.success(),
            "{wanted} cannot be installed: is the registry reachable?\n{}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
    }
    fs::write(noted, wanted).expect("the target folder is ours");
    folder
}

/// Runs a program to its end. It is killed if this process ends first.
pub(super) fn run(command: &mut Command) -> Output {
    let program = command.get_program().to_owned();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{} cannot be run: {error}", program.display()));
    reaper::end(&child, How::Kill);
    child.wait_with_output().expect("its output can be read")
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
