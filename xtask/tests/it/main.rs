//! The commands as their users run them.

mod actions;
mod bench;
mod builds;
mod check;
mod clients;
mod dist;
mod help;
mod imports;
mod list;
mod openapi;
mod packages;
mod pull;
mod readme;
mod security;
mod verify;
mod windows;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use testbed::cargo::{self, workspace_root};

/// Runs `cargo xtask` with the arguments, in the workspace's folder.
fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .current_dir(workspace_root())
        .output()
        .expect("xtask runs")
}

/// Returns the `oasproof` of this checkout. Built for all packages, it is what `cargo test --workspace` has built
/// already.
fn oasproof() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let mut build = cargo::command();
        build
            .args(["build", "--quiet", "--workspace", "--bin", "oasproof"])
            .current_dir(workspace_root());
        let mut programs = cargo::programs(&mut build).expect("the program builds");
        programs
            .remove("oasproof")
            .expect("cargo names the program")
    })
}

/// Returns the server and the suite of this checkout, built as by `cargo xtask verify`, so that nothing is built
/// twice.
fn built() -> [PathBuf; 2] {
    let mut build = cargo::command();
    build
        .args(["build", "--quiet", "--workspace", "--bin", "server"])
        .args(["--bin", "conformance"])
        .current_dir(workspace_root());
    let mut programs = cargo::programs(&mut build).expect("the programs build");
    ["server", "conformance"].map(|name| programs.remove(name).expect("cargo names the program"))
}
