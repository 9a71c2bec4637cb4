//! Tools in the versions that were tried here, installed below cargo's target folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use testbed::{cargo, installed};

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
    static PROGRAMS: LazyLock<PathBuf> =
        LazyLock::new(|| installed::from_pypi(folder("python"), &PYTHON));
    &PROGRAMS
}

/// Returns the folder of cargo-deb.
pub(super) fn cargo_deb() -> &'static Path {
    static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(|| {
        let root = installed::folder(folder("cargo-deb"), &CARGO_DEB, |root| {
            let mut install = cargo::command();
            install
                .args(["install", "--quiet", "--locked", "--debug", "--root"])
                .arg(root)
                .args(CARGO_DEB);
            [install].into()
        });
        root.join("bin")
    });
    &PROGRAMS
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("packaging")
        .join(name)
}

/// Returns the variable `PATH` with a folder before the others.
pub(super) fn path_with(folder: &Path) -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [folder.to_owned()].into_iter();
    std::env::join_paths(folders.chain(std::env::split_paths(&path))).expect("folders")
}
