//! The workspace's programs, built and run as processes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use openapi::cli::Failure;
use testbed::reaper;

pub(crate) use testbed::cargo::{
    forget_caller, in_workspace as cargo, target_directory, workspace_root,
};

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

/// The paths of programs that are built.
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
            .ok_or_else(|| not_built(program.name()))
    }
}

/// Returns the version of the compiler that cargo uses: `rustc 1.95.0 (59807616e 2026-04-14)`.
pub(crate) fn toolchain() -> Result<String, Failure> {
    // Cargo sets the toolchain for everything that it starts, also for this program.
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .arg("--version")
        .current_dir(workspace_root())
        .output()
        .map_err(|error| Failure::unreadable(format!("cannot run rustc: {error}")))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Builds programs and returns their paths, so that no stale program is run.
///
/// The whole workspace is selected, so that dependencies have the features with which `cargo test --workspace` builds them.
pub(crate) fn build(programs: &[Program]) -> Result<Built, Failure> {
    let mut command = cargo();
    command.args(["build", "--workspace"]);
    for program in programs {
        command.args(["--bin", program.name()]);
    }
    Ok(Built {
        executables: executables(&mut command)?,
    })
}

/// Runs a build and returns the programs that cargo names, each with its path.
fn executables(build: &mut Command) -> Result<BTreeMap<String, PathBuf>, Failure> {
    testbed::cargo::programs(build).map_err(|error| Failure::unreadable(error.to_string()))
}

/// Runs a build and returns the program of this name.
pub(crate) fn built_by(build: &mut Command, name: &str) -> Result<PathBuf, Failure> {
    executables(build)?
        .remove(name)
        .ok_or_else(|| not_built(name))
}

/// Builds the failure of a build without the expected program.
fn not_built(name: &str) -> Failure {
    Failure::unreadable(format!("cargo built no program called `{name}`"))
}

/// Runs a program until it ends. It is killed if this process ends first.
pub(crate) fn run(command: &mut Command) -> Result<ExitStatus, Failure> {
    reaper::run(command).map_err(|error| {
        let program = command.get_program().display();
        Failure::unreadable(format!("cannot run {program}: {error}"))
    })
}

/// Runs a program to its end and returns its standard output.
pub(crate) fn output(program: &Path, arguments: &[&str]) -> Result<String, Failure> {
    output_of(&mut Command::new(program), arguments)
}

/// Runs cargo to its end and returns its standard output.
pub(crate) fn cargo_output(arguments: &[&str]) -> Result<String, Failure> {
    output_of(&mut cargo(), arguments)
}

fn output_of(command: &mut Command, arguments: &[&str]) -> Result<String, Failure> {
    let called = format!(
        "{} {}",
        command.get_program().display(),
        arguments.join(" ")
    );
    let output = command
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
        .map_err(|_| Failure::unreadable(format!("`{called}` printed something other than UTF-8")))
}
