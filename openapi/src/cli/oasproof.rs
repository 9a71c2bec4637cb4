//! The program `oasproof`: the command line, and which command does what.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _, Parser, Subcommand};
use manual::Manual;

use super::exit::{Exit, Failure, Outcome, conclude};
use super::help::{
    FURTHER_EXIT_CODES, diff_about, diff_exit_codes, diff_help, list_help, rules_help, waivers_help,
};
use super::options::{Changelog, CheckOptions, Diff, List, Rules, Suggest};
use super::{changelog, check, diff, list, rules, suggest};
use crate::published;

/// Compares OpenAPI documents by meaning, and shows for each breaking change a value that breaks.
#[derive(Debug, Parser)]
#[command(
    name = "oasproof",
    version,
    long_version = version(),
    after_help = examples(),
    term_width = manual::help_columns()
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compare two documents by meaning
    #[command(long_about = diff_about("oasproof"), after_help = diff_help("oasproof"))]
    Diff(Diff),
    /// Suggest the version that the changes between two documents ask for
    #[command(after_help = SUGGEST_HELP)]
    Suggest(Suggest),
    /// Write what changed between two documents for the developers of clients
    #[command(after_help = CHANGELOG_HELP)]
    Changelog(Changelog),
    /// Compare a document with what is published; any difference fails, also in texts
    #[command(after_help = check_help())]
    Check(Check),
    /// List the published slices in this program, with their operations and hashes
    #[command(after_help = list_help("oasproof"))]
    List(List),
    /// List the rules of reports: what each means, and why it breaks or does not
    #[command(after_help = rules_help("oasproof"))]
    Rules(Rules),
    #[command(flatten)]
    Manual(Manual),
}

/// Options of `check`.
#[derive(Debug, Args)]
struct Check {
    /// The document to check (JSON or YAML): a file, REV:PATH as in git, - or a URL
    #[arg(long, value_name = "DOCUMENT")]
    document: PathBuf,
    #[command(flatten)]
    options: CheckOptions,
}

const SUGGEST_HELP: &str = "\
Breaking and unproven changes ask for a major version, other changes of messages
for a minor one, changes of texts for a patch. Before 1.0.0 these are a minor
version, and a patch.

Exit codes:
  0  written; with --check, the revision's version is enough
  1  with --check, it is not; or a waiver is stale
  2  wrong usage, or an invalid file of waivers or policy
  3  a document cannot be read, parsed or resolved

Examples:
  oasproof suggest main:openapi.json openapi.json
  oasproof suggest main:openapi.json openapi.json --check";

const CHANGELOG_HELP: &str = "\
Exit codes:
  0  written
  1  written, and a waiver is stale
  2  wrong usage, or an invalid file of waivers or policy
  3  a document cannot be read, parsed or resolved

Examples:
  oasproof changelog v1.0:openapi.json v1.1:openapi.json
  oasproof changelog v1.0:api.yaml api.yaml --format html --output changes.html";

fn examples() -> String {
    format!(
        "\
{}

Examples:
  oasproof diff main:openapi.json openapi.json
  oasproof diff old.yaml new.yaml --format html --output differences.html
  oasproof suggest main:openapi.json openapi.json --check
  oasproof changelog v1.0:openapi.json v1.1:openapi.json
  oasproof check --published published.yaml --document openapi.json
  oasproof help diff",
        diff_exit_codes()
    )
}

fn check_help() -> String {
    format!(
        "\
Exit codes:
  0  no difference that is not waived
  1  a difference, or a stale waiver
{FURTHER_EXIT_CODES}

Examples:
  oasproof check --published published.yaml --document build/openapi.json
  oasproof check --published URL --document openapi.json --allow-network
  server openapi | oasproof check --document -
  oasproof check --document openapi.json --format markdown --output summary.md

{}",
        waivers_help("oasproof")
    )
}

/// Returns the version of this package and, below it, the embedded contract with its hash.
#[must_use]
pub fn version() -> String {
    let contract = published::fingerprints();
    format!("{}\n{contract}", env!("CARGO_PKG_VERSION"))
}

/// Runs `oasproof` with the arguments of this process.
#[must_use]
pub fn oasproof() -> ExitCode {
    conclude(run(&Arguments::parse().command))
}

/// Returns the command line of `oasproof`.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

fn run(command: &Command) -> Outcome {
    match command {
        Command::Diff(arguments) => diff::run(arguments),
        Command::Suggest(arguments) => suggest::run(arguments),
        Command::Changelog(arguments) => changelog::run(arguments),
        Command::Check(arguments) => check::run(&arguments.document, &arguments.options),
        Command::List(arguments) => list::run(arguments),
        Command::Rules(arguments) => rules::run(arguments),
        Command::Manual(manual) => match manual.run(Arguments::command()) {
            Ok(()) => Ok(Exit::Success),
            Err(error) => Err(Failure::unreadable(error.to_string())),
        },
    }
}
