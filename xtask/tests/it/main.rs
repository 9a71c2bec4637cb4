//! The commands as their users run them.

mod actions;
mod bench;
mod check;
mod diff;
mod inputs;
mod list;
mod mistakes;
mod oasproof;
mod pull;
mod readme;
mod verify;
mod waivers;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use testbed::cargo;

/// The folder that holds the workspace's manifest.
fn workspace_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate lies in the workspace")
}

/// Runs `cargo xtask` with the arguments, in the workspace's folder.
fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .current_dir(workspace_root())
        .output()
        .expect("xtask runs")
}

/// The server and the suite of this very checkout, by the command line of `cargo xtask verify`, so that
/// nothing is built twice.
fn built() -> [PathBuf; 2] {
    let mut build = cargo::command();
    build
        .arg("build")
        .args(["--package", "server", "--bin", "server"])
        .args(["--package", "conformance", "--bin", "conformance"])
        .current_dir(workspace_root());
    let mut programs = cargo::programs(&mut build).expect("the programs build");
    ["server", "conformance"].map(|name| programs.remove(name).expect("cargo names the program"))
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// A temporary folder with files in it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path: PathBuf = self.0.path().join(name);
        std::fs::write(&path, text).expect("a file in the temporary folder");
        path.to_str().expect("UTF-8").to_owned()
    }
}
