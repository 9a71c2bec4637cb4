//! The `conformance` command: arguments, files and exit codes around the library.

mod list;
mod run;
mod schema;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use conformance::case::Effect;

const EXIT_CODES: &str = "Exit codes:
  0  conformant
  1  a MUST failed (or a SHOULD under --strict)
  2  usage or profile error, nothing was sent
  3  target unreachable, run interrupted, or the suite itself broke
  4  nothing proven: no 201 reached, a MUST skipped or inconclusive, or nothing selected";

/// Runs any deployment of POST /api/v1/tokens/{token_id}/revoke through its contract, and through the promise behind it.
#[derive(Debug, Parser)]
#[command(name = "conformance", version, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the cases against a deployment and write report.json and junit.xml.
    #[command(after_help = EXIT_CODES)]
    Run(RunArguments),
    /// List the cases of the catalogue.
    List {
        /// How to print them.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Print the JSON Schema of a file that the suite reads or writes.
    Schema {
        /// Which file.
        #[arg(value_enum)]
        what: Schema,
    },
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// The deployment's base URL, such as https://staging.example.com.
    #[arg(long, value_name = "URL")]
    target: String,
    /// The deployment's profile, in TOML; `conformance schema profile` describes it.
    #[arg(long, value_name = "FILE")]
    profile: PathBuf,
    /// The folder for report.json and junit.xml; created if it is not there.
    #[arg(long, value_name = "DIR")]
    report: PathBuf,
    /// Run only cases whose id contains TEXT, such as `revocation.`; may be given more than once.
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,
    /// Let a failed SHOULD gate as well.
    #[arg(long)]
    strict: bool,
    /// The most that a case may do. safe: nothing that could change state, even on a broken deployment; risks: ask for
    /// what a sound deployment refuses; revokes: mint disposable tokens and revoke them. Each includes the ones before
    /// it. What is not allowed is skipped, so only `revokes` can prove a deployment conformant.
    #[arg(long, value_enum, default_value_t = Effect::Safe, value_name = "EFFECT", verbatim_doc_comment)]
    allow: Effect,
    /// How many cases run at the same time.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// A table for people.
    Text,
    /// A list of objects.
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Schema {
    /// report.json.
    Report,
    /// The profile.
    Profile,
}

fn main() -> std::process::ExitCode {
    // clap exits with 2 for a wrong command line, which is what 2 means here as well.
    match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments).into(),
        Command::List { format } => list::list(format).into(),
        Command::Schema { what } => schema::schema(what).into(),
    }
}
