//! Cargo, called by a test, a benchmark or a command that needs this workspace's programs in their current state.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

/// Why programs were not built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Cargo cannot be run.
    #[error("cannot run cargo: {0}")]
    Io(#[from] io::Error),
    /// Something does not compile.
    #[error("cargo could not build the programs: see its messages above")]
    Failed,
}

/// Returns a command of the cargo that runs this process, so that both use the same toolchain.
pub fn command() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    forget_caller(&mut cargo);
    cargo
}

/// Removes the variables that cargo has set for this process from the environment of a program that calls cargo: each time
/// the caller changes, build scripts that read them (such as ring's) would run again, and all dependents would be built
/// again.
pub fn forget_caller(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let own = [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_NAME",
        ];
        if own.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
}

/// The variable that names cargo's target directory, relative to the folder in which cargo is called.
const TARGET: &str = "CARGO_TARGET_DIR";

/// Returns the folder that holds the workspace's manifest.
pub fn workspace_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap_or(Path::new("."))
}

/// Returns cargo's target directory, where commands and benchmarks leave their files.
pub fn target_directory() -> PathBuf {
    given_target().unwrap_or_else(|| workspace_root().join("target"))
}

/// Returns the target directory that the environment names, relative to the caller's folder as for cargo itself.
fn given_target() -> Option<PathBuf> {
    let given = std::env::var_os(TARGET).map(PathBuf::from)?;
    Some(std::path::absolute(&given).unwrap_or(given))
}

/// Returns a command of cargo that runs in the workspace's folder.
pub fn in_workspace() -> Command {
    let mut cargo = command();
    cargo.current_dir(workspace_root());
    // A relative path would name another place from there.
    if let Some(target) = given_target() {
        cargo.env(TARGET, target);
    }
    cargo
}

/// Cargo's message about something that it has built.
#[derive(Deserialize)]
struct Message {
    executable: Option<PathBuf>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// Runs a build and returns the paths of the programs that cargo names, so that no stale program is run. Cargo's messages
/// and its progress are shown, unless the command has `--quiet`.
///
/// # Errors
///
/// [`BuildError`].
pub fn programs(build: &mut Command) -> Result<BTreeMap<String, PathBuf>, BuildError> {
    let output = build
        .args(["--message-format", "json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(BuildError::Failed);
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    Ok(messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
        .filter_map(|message| Some((message.target?.name, message.executable?)))
        .collect())
}
