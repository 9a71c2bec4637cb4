//! The command line of `cargo xtask`: commands, options and help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

mod bench;
mod openapi;

pub(crate) use self::bench::{BenchCommand, Build, Fuzz, Installed, Seeded, Server};
pub(crate) use self::openapi::{Check, OpenapiCommand, Pull};

/// The project's commands: emit, check and compare contracts, verify the whole, run the tests.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    version,
    long_version = ::openapi::cli::version(),
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Work on OpenAPI documents: emit ours, check it against the published slices, compare any two
    Openapi {
        #[command(subcommand)]
        command: OpenapiCommand,
    },
    /// The main job, end to end: emit, check, start the server, run the conformance suite, stop
    Verify(Verify),
    /// Run all tests, after installing the programs that they need
    Test(Test),
    /// Measure on real inputs, with the release build
    Bench {
        #[command(subcommand)]
        command: BenchCommand,
    },
    /// What CI runs: formatting, lints, documentation, all tests
    Ci,
    /// Retake the pictures of README.md: a comparison, and the report of the last `verify`
    Pictures(Pictures),
}

/// Options of `pictures`.
#[derive(Debug, Args)]
pub(crate) struct Pictures {
    /// One folder for both [default: openapi/pictures and conformance/pictures]
    #[arg(long, value_name = "DIR")]
    pub(crate) into: Option<PathBuf>,
}

/// Options of `verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The folder for the reports [default: target/verify]
    #[arg(long, value_name = "DIR")]
    pub(crate) report: Option<PathBuf>,
}

/// Options of `test`.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Also run the tests that install linters, generators of clients and Schemathesis from PyPI and npm
    #[arg(long)]
    pub(crate) clients: bool,
    /// Further arguments of `cargo test`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<String>,
}
