//! `cargo xtask`: the project's commands.
//!
//! Thin: arguments, processes, files and exit codes. Documents are compared by the library `openapi`, deployments
//! are checked by the program `conformance`.

mod bench;
mod check;
mod ci;
mod cli;
mod dist;
mod emit;
mod folders;
mod list;
mod pictures;
mod programs;
mod pull;
mod test;
mod verify;

use std::process::ExitCode;

use cli::{Command, OpenapiCommand};

fn main() -> ExitCode {
    let outcome = match cli::parse().command {
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
        Command::Dist(arguments) => dist::run(&arguments),
        Command::Pictures(arguments) => pictures::run(&arguments),
        Command::Bench { command } => bench::run(&command),
    };
    openapi::cli::conclude(outcome)
}
