//! Tools in the versions that were tried here, installed below cargo's target folder.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use testbed::cargo;

use crate::dist::succeed;

/// What is installed from PyPI.
const PYTHON: [&str; 3] = [
    "cyclonedx-python-lib[json-validation]==11.12.0",
    "maturin==1.16.0",
    "uv==0.13.8",
];

/// What is installed from crates.io.
const CARGO_DEB: [&str; 3] = ["cargo-deb", "--version", "3.8.0"];

/// Returns the folder of the programs from PyPI.
pub(super) fn python() -> &'static Path {
    static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(|| {
        folder("python", &PYTHON, |folder| {
            let mut environment = Command::new("python3");
            environment.args(["-m", "venv", "--clear"]).arg(folder);
            let mut install = Command::new(folder.join("bin/pip"));
            install.args(["install", "--quiet"]).args(PYTHON);
            [environment, install].into()
        })
        .join("bin")
    });
    &PROGRAMS
}

/// Returns the folder of cargo-deb.
pub(super) fn cargo_deb() -> &'static Path {
    static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(|| {
        folder("cargo-deb", &CARGO_DEB, |folder| {
            let mut install = cargo::command();
            install
                .args(["install", "--quiet", "--locked", "--debug", "--root"])
                .arg(folder)
                .args(CARGO_DEB);
            [install].into()
        })
        .join("bin")
    });
    &PROGRAMS
}

/// Returns the variable `PATH` with a folder before the others.
pub(super) fn path_with(folder: &Path) -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [folder.to_owned()].into_iter();
    std::env::join_paths(folders.chain(std::env::split_paths(&path))).expect("folders")
}

/// Returns a folder with these packages. What an earlier run has installed there stays, unless it differs.
fn folder(name: &str, packages: &[&str], install: impl Fn(&Path) -> Vec<Command>) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("packaging")
        .join(name);
    let noted = folder.join("installed");
    let wanted = packages.join(" ");
    if fs::read_to_string(&noted).is_ok_and(|installed| installed == wanted) {
        return folder;
    }
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the target folder is ours");
    for mut command in install(&folder) {
        succeed(&mut command);
    }
    fs::write(noted, wanted).expect("the target folder is ours");
    folder
}
