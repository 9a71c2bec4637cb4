//! `oasproof` as its users run it.

mod all;
mod diff;
mod hooks;
mod inputs;
mod mistakes;
mod network;
mod policy;
mod program;
mod readme;
mod rules;
mod selection;
mod suggest;
mod waivers;

use std::path::Path;
use std::process::{Command, Output};

use testbed::cargo::workspace_root;

/// Runs `oasproof` with the arguments, in the workspace's folder.
fn oasproof(arguments: &[&str]) -> Output {
    oasproof_in(workspace_root(), arguments)
}

/// Runs `oasproof` with the arguments in a folder.
fn oasproof_in(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_oasproof"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("oasproof runs")
}
