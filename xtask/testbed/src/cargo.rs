//! Cargo, run by what it runs itself: a test or a command that needs this workspace's programs as they are now.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::Deserialize;

/// Why there are no programs.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Cargo cannot be run.
    #[error("cannot run cargo: {0}")]
    Io(#[from] io::Error),
    /// Something does not compile.
    #[error("cargo could not build the programs: see its messages above")]
    Failed,
}

/// The cargo that runs this process, so that both are of one toolchain. What it has told this process
/// of itself is taken out of the environment: build scripts that look at it (ring's does) would run
/// again, and everything above them be built again, each time the caller changes.
pub fn command() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let told = [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_NAME",
        ];
        if told.iter().any(|prefix| text.starts_with(prefix)) {
            cargo.env_remove(&name);
        }
    }
    cargo
}

/// What cargo says of something that it has built, as far as it is read here.
#[derive(Deserialize)]
struct Message {
    executable: Option<PathBuf>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// Runs a `cargo build` with these options, and gives the programs that it names, each with its path: what is run is
/// never stale.
///
/// # Errors
///
/// [`BuildError`].
pub fn programs(build: &mut Command) -> Result<BTreeMap<String, PathBuf>, BuildError> {
    let output = build
        .args(["--quiet", "--message-format", "json-render-diagnostics"])
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
