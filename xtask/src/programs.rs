//! The workspace's own programs, built and run as processes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use testbed::reaper::{self, How};

use openapi::cli::Failure;

/// A program of this workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    Server,
    Conformance,
}

impl Program {
    fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Conformance => "conformance",
        }
    }
}

/// Where the built programs lie.
#[derive(Debug)]
pub(crate) struct Built {
    executables: BTreeMap<String, PathBuf>,
}

impl Built {
    pub(crate) fn server(&self) -> Result<PathBuf, Failure> {
        self.get(Program::Server)
    }

    pub(crate) fn conformance(&self) -> Result<PathBuf, Failure> {
        self.get(Program::Conformance)
    }

    fn get(&self, program: Program) -> Result<PathBuf, Failure> {
        self.executables
            .get(program.name())
            .cloned()
            .ok_or_else(|| {
                Failure::unreadable(format!(
                    "cargo built no program called `{}`",
                    program.name()
                ))
            })
    }
}

/// The folder that holds the workspace's manifest.
pub(crate) fn workspace_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// The variable that names cargo's target directory, from where cargo is called.
const TARGET: &str = "CARGO_TARGET_DIR";

/// The folder for what the commands leave behind: cargo's target directory, wherever this was called.
pub(crate) fn target_directory() -> PathBuf {
    given_target().unwrap_or_else(|| workspace_root().join("target"))
}

/// The target directory that the environment names: from the caller's folder, as for the cargo that runs this.
fn given_target() -> Option<PathBuf> {
    let given = std::env::var_os(TARGET).map(PathBuf::from)?;
    Some(std::path::absolute(&given).unwrap_or(given))
}

/// Cargo in the workspace's folder.
pub(crate) fn cargo() -> Command {
    let mut cargo = testbed::cargo::command();
    cargo.current_dir(workspace_root());
    // Which would mean another place from there.
    if let Some(target) = given_target() {
        cargo.env(TARGET, target);
    }
    cargo
}

/// The compiler that cargo uses, as it names itself: `rustc 1.95.0 (59807616e 2026-04-14)`.
pub(crate) fn toolchain() -> Result<String, Failure> {
    // Cargo has chosen the toolchain for everything that it starts, this program among it.
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .arg("--version")
        .current_dir(workspace_root())
        .output()
        .map_err(|error| Failure::unreadable(format!("cannot run rustc: {error}")))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Builds programs, and says where cargo put them: what is run is never stale.
pub(crate) fn build(programs: &[Program]) -> Result<Built, Failure> {
    let mut command = cargo();
    command.arg("build");
    for program in programs {
        command.args(["--package", program.name(), "--bin", program.name()]);
    }
    Ok(Built {
        executables: executables(&mut command)?,
    })
}

/// Runs a build, and gives the programs that cargo names, each with its path.
fn executables(build: &mut Command) -> Result<BTreeMap<String, PathBuf>, Failure> {
    testbed::cargo::programs(build).map_err(|error| Failure::unreadable(error.to_string()))
}

/// Builds this very program for release, and says where it is: figures are of the release build.
pub(crate) fn build_release_xtask() -> Result<PathBuf, Failure> {
    build_release("xtask", &[])
}

/// Builds the server for release, and says where it is.
pub(crate) fn build_release_server() -> Result<PathBuf, Failure> {
    build_release(Program::Server.name(), &[])
}

/// Builds the conformance suite for release, and says where it is.
pub(crate) fn build_release_suite() -> Result<PathBuf, Failure> {
    build_release(Program::Conformance.name(), &[])
}

fn build_release(program: &str, options: &[&str]) -> Result<PathBuf, Failure> {
    let mut command = cargo();
    command
        .args(["build", "--release"])
        .args(["--package", program, "--bin", program])
        .args(options);
    executables(&mut command)?
        .remove(program)
        .ok_or_else(|| Failure::unreadable(format!("cargo built no program called `{program}`")))
}

/// Runs a program to its end. It ends with this one, should that be killed.
pub(crate) fn run(command: &mut Command) -> Result<ExitStatus, Failure> {
    let spawned = command.spawn().and_then(|mut child| {
        reaper::end(&child, How::Kill);
        child.wait()
    });
    spawned.map_err(|error| {
        let program = command.get_program().display();
        Failure::unreadable(format!("cannot run {program}: {error}"))
    })
}

/// Runs a program to its end and gives what it printed.
pub(crate) fn output(program: &Path, arguments: &[&str]) -> Result<String, Failure> {
    let called = format!("{} {}", program.display(), arguments.join(" "));
    let output = Command::new(program)
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::unreadable(format!("cannot run `{called}`: {error}")))?;
    if !output.status.success() {
        return Err(Failure::unreadable(format!(
            "`{called}` failed: {}",
            output.status
        )));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Failure::unreadable(format!("`{called}` printed what is not UTF-8")))
}
