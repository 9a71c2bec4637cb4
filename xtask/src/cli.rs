//! The command line of `cargo xtask`: commands, options and help.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

mod below;
mod bench;
mod dist;
mod groups;
mod openapi;

use self::below::below;
pub(crate) use self::bench::{BenchCommand, Build, Fuzz, Installed, Seeded, Server};
use self::dist::DIST_HELP;
pub(crate) use self::dist::{Dist, Kind};
pub(crate) use self::openapi::{Check, OpenapiCommand, Pull};

/// The project's commands: emit, check and compare contracts, verify the whole, run the tests.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    version,
    long_version = ::openapi::cli::version(),
    term_width = manual::help_columns(),
    after_help = below(
        "every check passed",
        "a check failed",
        &["verify", "test", "openapi diff old.json new.json", "help bench"]
    )
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Parses the command line of this process, or prints what is wrong and ends the process.
pub(crate) fn parse() -> Arguments {
    let matches = groups::grouped(Arguments::command()).get_matches();
    Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Work on OpenAPI documents: emit ours, check it against what is published, compare any two
    #[command(after_help = below(
        "every check passed",
        "a check failed, or a comparison found something",
        &["openapi check", "openapi emit", "openapi diff main:openapi.json openapi.json"]
    ))]
    Openapi {
        #[command(subcommand)]
        command: OpenapiCommand,
    },
    /// The main job, end to end: emit, check, start the server, run the conformance suite, stop
    #[command(after_help = below(
        "the document is the contract, and the server keeps it",
        "one of both does not hold",
        &["verify", "verify --report reports"]
    ))]
    Verify(Verify),
    /// Run all tests, after installing the programs that they need
    #[command(after_help = below(
        "all tests passed",
        "a test failed",
        &["test", "test --clients", "test -- baseline::"]
    ))]
    Test(Test),
    /// Measure on real inputs, with the release build
    #[command(after_help = below(bench::SUCCESS, bench::FAILURE, &["bench corpus", "bench server"]))]
    Bench {
        #[command(subcommand)]
        command: BenchCommand,
    },
    /// What CI runs: formatting, lints, documentation, all tests
    #[command(after_help = below("everything passed", "something failed", &["ci"]))]
    Ci,
    /// Package the programs: archives, wheels, npm and Debian packages, an image
    #[command(after_help = DIST_HELP)]
    Dist(Dist),
    /// Retake the pictures of README.md: a comparison, and a run against a broken service
    #[command(after_help = below(
        "both pictures were taken",
        "never",
        &["pictures", "pictures --into pictures"]
    ))]
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
    /// Also run the tests that install linters, generators of clients, Schemathesis and what makes packages, from PyPI, npm and
    /// crates.io
    #[arg(long)]
    pub(crate) clients: bool,
    /// Further arguments of `cargo test`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<String>,
}
