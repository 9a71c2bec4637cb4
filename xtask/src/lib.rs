//! Two programs: `cargo xtask`, which emits, checks and compares contracts, verifies the whole and runs
//! the tests; and `oasproof`, which is its comparison for everybody outside this workspace.
//!
//! Thin on purpose: arguments, processes, files and exit codes live here; what is compared and how
//! is the `openapi` library's, what is checked of a deployment is the `conformance` program's.
//! The library has one function for each program and nothing else for others to use.

mod bench;
mod ci;
mod cli;
mod deployment;
mod exit;
mod folders;
mod oasproof;
mod openapi;
mod pictures;
mod programs;
mod test;
mod verify;

use std::process::ExitCode;

use clap::Parser as _;

use cli::{BenchCommand, Command, OpenapiCommand};
use exit::Outcome;

/// Runs `cargo xtask` with this process's arguments.
#[must_use]
pub fn workspace() -> ExitCode {
    let outcome = match cli::Arguments::parse().command {
        Command::Openapi { command } => match command {
            OpenapiCommand::Emit => openapi::emit::run(),
            OpenapiCommand::Check(arguments) => openapi::check::run(&arguments),
            OpenapiCommand::Diff(arguments) => openapi::diff::run(&arguments),
            OpenapiCommand::List(arguments) => openapi::list::run(&arguments),
            OpenapiCommand::Pull(arguments) => openapi::pull::run(&arguments),
            OpenapiCommand::Rules(arguments) => openapi::rules::run(&arguments),
        },
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Ci => ci::run(),
        Command::Pictures(arguments) => pictures::run(&arguments),
        Command::Bench { command } => match command {
            BenchCommand::Diff => bench::diff(),
            BenchCommand::Corpus => bench::corpus(),
            BenchCommand::Fuzz(arguments) => bench::fuzz::run(&arguments),
            BenchCommand::FuzzPortion(arguments) => bench::fuzz::try_portion(&arguments),
            BenchCommand::Conformance(arguments) => bench::conformance::run(&arguments),
            BenchCommand::Timing(arguments) => bench::timing::run(&arguments),
            BenchCommand::Faults(arguments) => bench::faults::run(&arguments),
            BenchCommand::Server(arguments) => bench::server::run(&arguments),
            BenchCommand::Build(arguments) => bench::build::run(&arguments),
            BenchCommand::Measure(arguments) => bench::measure::run(&arguments),
        },
    };
    conclude(outcome)
}

/// Runs `oasproof` with this process's arguments.
#[must_use]
pub fn standalone() -> ExitCode {
    conclude(oasproof::run())
}

/// The exit code; of a failure, after its message.
fn conclude(outcome: Outcome) -> ExitCode {
    let exit = outcome.unwrap_or_else(|failure| {
        anstream::eprintln!("error: {failure}");
        failure.exit
    });
    exit.into()
}
