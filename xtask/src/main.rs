//! `cargo xtask`: the project's commands.
//!
//! Thin: arguments, processes, files and exit codes. Documents are compared by the library `openapi`, deployments
//! are checked by the program `conformance`.

mod bench;
mod check;
mod ci;
mod cli;
mod deployment;
mod emit;
mod folders;
mod list;
mod pictures;
mod programs;
mod pull;
mod test;
mod verify;

use std::process::ExitCode;

use clap::Parser as _;

use cli::{BenchCommand, Command, OpenapiCommand};

fn main() -> ExitCode {
    let outcome = match cli::Arguments::parse().command {
        Command::Openapi { command } => match command {
            OpenapiCommand::Emit => emit::run(),
            OpenapiCommand::Check(arguments) => check::run(&arguments),
            OpenapiCommand::Diff(arguments) => openapi::cli::diff::run(&arguments),
            OpenapiCommand::List(arguments) => list::run(&arguments),
            OpenapiCommand::Pull(arguments) => pull::run(&arguments),
            OpenapiCommand::Rules(arguments) => openapi::cli::rules::run(&arguments),
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
    openapi::cli::conclude(outcome)
}
