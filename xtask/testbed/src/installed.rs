//! Programs of registries that tests run, each in one version, installed into a folder that stays.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::output::{stderr, stdout};
use crate::reaper;

/// Returns a folder in which these packages are installed. What an earlier call has installed there stays, unless it differs.
///
/// # Panics
///
/// If the packages cannot be installed.
pub fn folder(
    folder: PathBuf,
    packages: &[&str],
    install: impl Fn(&Path) -> Vec<Command>,
) -> PathBuf {
    let noted = folder.join("installed");
    let wanted = packages.join(" ");
    if fs::read_to_string(&noted).is_ok_and(|installed| installed == wanted) {
        return folder;
    }
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the folder is ours");
    for mut command in install(&folder) {
        let output =
            reaper::output(&mut command).unwrap_or_else(|error| panic!("{command:?}: {error}"));
        assert!(
            output.status.success(),
            "{wanted} cannot be installed: is the registry reachable?\n{}{}",
            stdout(&output),
            stderr(&output)
        );
    }
    fs::write(noted, wanted).expect("the folder is ours");
    folder
}

/// Returns the folder of the programs of these packages from PyPI.
///
/// # Panics
///
/// If the packages cannot be installed.
pub fn from_pypi(into: PathBuf, packages: &[&str]) -> PathBuf {
    let environment = folder(into, packages, |folder| {
        let mut create = Command::new("python3");
        create.args(["-m", "venv", "--clear"]).arg(folder);
        let mut install = Command::new(folder.join("bin/pip"));
        install
            .args(["install", "--quiet", "--timeout", "15"])
            .args(packages);
        [create, install].into()
    });
    environment.join("bin")
}
