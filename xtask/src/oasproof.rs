//! `oasproof`, the comparison as a program of its own: its command line, and which command does what.
//! Nothing here needs the workspace; the published slices are in the program.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand};
use manual::Manual;

use crate::cli::openapi::{diff_help, waivers_help};
use crate::cli::{CheckReport, Diff, List, Rules};
use crate::exit::{Exit, Failure, Outcome};
use crate::openapi;

/// Compares OpenAPI documents by meaning, and shows for each verdict of breaking a value that breaks.
#[derive(Debug, Parser)]
#[command(
    name = "oasproof",
    version,
    long_version = crate::cli::version(),
    after_help = EXAMPLES,
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compare two documents by meaning
    #[command(after_help = diff_help!("oasproof"))]
    Diff(Diff),
    /// Compare a document with each published slice; any difference fails
    #[command(after_help = CHECK_HELP)]
    Check(Check),
    /// Name the published slices in this program, with their operations and hashes
    List(List),
    /// List every rule that a comparison can name: what it means, and why it breaks or does not
    Rules(Rules),
    #[command(flatten)]
    Manual(Manual),
}

/// Options of `check`.
#[derive(Debug, Args)]
struct Check {
    /// The document to check (JSON or YAML): a file, REV:PATH as git names it, or - for standard input
    #[arg(long, value_name = "FILE")]
    document: PathBuf,
    /// How the differences are written, and where.
    #[command(flatten)]
    report: CheckReport,
}

const EXAMPLES: &str = "\
Examples:
  oasproof diff main:openapi.json openapi.json
  oasproof diff old.yaml new.yaml --format html --output differences.html
  oasproof check --document openapi.json

Exit codes:
  0  nothing at or above the threshold
  1  something is, or a waiver is stale
  2  usage, or a file of waivers that is none
  3  a document cannot be read, parsed or resolved
  4  only unproven differences";

const CHECK_HELP: &str = concat!(
    "\
Exit codes:
  0  no difference that is not waived
  1  a difference, or a stale waiver
  2  usage, or a file of waivers that is none
  3  a document cannot be read, parsed or resolved
  4  only unproven differences

Examples:
  oasproof check --document build/openapi.json
  server openapi | oasproof check --document -
  oasproof check --document openapi.json --format markdown >> \"$GITHUB_STEP_SUMMARY\"

",
    waivers_help!("oasproof")
);

pub(crate) fn run() -> Outcome {
    match Arguments::parse().command {
        Command::Diff(arguments) => openapi::diff::run(&arguments),
        Command::Check(arguments) => {
            openapi::check::document(&arguments.document, &arguments.report)
        }
        Command::List(arguments) => openapi::list::embedded(&arguments),
        Command::Rules(arguments) => openapi::rules::run(&arguments),
        Command::Manual(manual) => match manual.run(Arguments::command()) {
            Ok(()) => Ok(Exit::Success),
            Err(error) => Err(Failure::unreadable(error.to_string())),
        },
    }
}
