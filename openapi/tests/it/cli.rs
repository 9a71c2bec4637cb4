//! `oasproof` as its users run it.

mod diff;
mod inputs;
mod mistakes;
mod program;
mod rules;
mod waivers;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

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

/// Returns the folder of the workspace's manifest.
fn workspace_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate is in the workspace")
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
