//! The `conformance` command: arguments, files and exit codes around the library.

mod compare;
mod list;
mod probe;
mod progress;
mod publish;
mod render;
mod run;
mod schema;

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use conformance::case::Effect;
use conformance::exit::ExitCode;
use conformance::opening::Opening;
use conformance::pace::Limits;
use manual::Manual;

const HELP: &str = "Examples:
  conformance probe --target https://staging.example.com --business-id … --output staging.toml
  conformance run --target https://staging.example.com --profile staging.toml --report reports --allow revokes
  conformance compare main/report.json branch/report.json";

const RUN_HELP: &str = "Examples:
  conformance run --target https://staging.example.com --profile staging.toml --report reports --allow revokes
  conformance run --target http://127.0.0.1:8080 --profile local.toml --report reports --allow revokes --filter revocation.
  conformance run --target http://127.0.0.1:8080 --profile local.toml --report reports

The report folder gets report.html for people, report.json for machines, junit.xml for CI systems, summary.md for a
pull request, and events.ndjson, which is written while the run goes on.";

const LIST_HELP: &str = "Examples:
  conformance list
  conformance list --format json | jq -r '.[] | select(.level == \"MUST\") | .id'";

const SCHEMA_HELP: &str = "Examples:
  conformance schema profile > profile.schema.json
  conformance schema report | check-jsonschema --schemafile - reports/report.json";

/// A help's text, and what each exit code means.
fn with_exit_codes(text: &str) -> String {
    let codes = ExitCode::ALL.map(|code| format!("\n  {}  {}", code.code(), code.meaning()));
    format!("{text}\n\nExit codes:{}", codes.concat())
}

/// Runs any deployment of POST /api/v1/tokens/{token_id}/revoke through its contract, and through the promise behind it.
#[derive(Debug, Parser)]
#[command(name = "conformance", version, long_version = version(), after_help = with_exit_codes(HELP))]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the cases against a deployment and write its reports.
    #[command(after_help = with_exit_codes(RUN_HELP))]
    Run(RunArguments),
    /// Look at a deployment and write a first profile of it.
    #[command(after_help = probe::HELP)]
    Probe(probe::Arguments),
    /// Write a saved run in another format.
    #[command(after_help = render::HELP)]
    Render(render::Arguments),
    /// Tell what changed between two saved runs, of one deployment or of two.
    #[command(after_help = compare::HELP)]
    Compare(compare::Arguments),
    /// List the cases that a contract calls for.
    #[command(after_help = LIST_HELP)]
    List {
        /// The contract, an OpenAPI document, in place of the published revoke operation.
        #[arg(long, value_name = "FILE")]
        contract: Option<PathBuf>,
        /// How to print them.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Print the JSON Schema of a file that the suite reads or writes.
    #[command(after_help = SCHEMA_HELP)]
    Schema {
        /// Which file.
        #[arg(value_enum)]
        what: Schema,
    },
    /// Completions and manual pages.
    #[command(flatten)]
    Manual(Manual),
}

/// The version, and beneath it the contract that is built in, with its hash.
fn version() -> String {
    let contract = openapi::published::fingerprints();
    format!("{}\n{contract}", env!("CARGO_PKG_VERSION"))
}

/// What is tested, by which contract, and how hard.
#[derive(Debug, clap::Args)]
struct TargetArguments {
    /// The deployment's base URL, such as https://staging.example.com.
    #[arg(long, value_name = "URL")]
    target: String,
    /// The deployment's profile, in TOML; `conformance schema profile` describes it.
    #[arg(long, value_name = "FILE")]
    profile: PathBuf,
    /// The contract, an OpenAPI document (JSON or YAML), in place of the published revoke operation. Whatever it holds,
    /// cases are generated from it; the written cases are run where it holds the revoke operation.
    #[arg(long, value_name = "FILE")]
    contract: Option<PathBuf>,
    /// You may test HOST: needed for a target on another machine that the profile's `hosts` does not name.
    #[arg(long, value_name = "HOST")]
    i_own: Vec<String>,
    /// The most requests to send, clean-up included; cases that come after are skipped.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_requests: Option<u64>,
    /// The most requests a second.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate: Option<u32>,
}

impl TargetArguments {
    fn opening(&self) -> Opening<'_> {
        Opening {
            target: &self.target,
            profile: &self.profile,
            contract: self.contract.as_deref(),
            own: &self.i_own,
            limits: Limits {
                max_requests: self.max_requests,
                rate: self.rate,
            },
        }
    }
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    #[command(flatten)]
    target: TargetArguments,
    /// The folder for the reports; created if it is not there. Those of an earlier run are replaced.
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
    /// Tell GitHub Actions of what did not hold: annotations on standard output, and a summary of the job.
    #[arg(long, value_enum, default_value_t = Annotations::Auto, value_name = "WHEN")]
    annotations: Annotations,
    /// Shuffle the order of the cases; the same number gives the same order.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Annotations {
    /// Where GITHUB_ACTIONS is `true`.
    Auto,
    /// Wherever it runs.
    Always,
    /// Nowhere.
    Never,
}

impl Annotations {
    fn are_wanted(self) -> bool {
        match self {
            Annotations::Auto => std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true"),
            Annotations::Always => true,
            Annotations::Never => false,
        }
    }
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
    /// A line of events.ndjson.
    Events,
    /// What `conformance compare --format json` prints.
    Comparison,
    /// The profile.
    Profile,
}

fn main() -> std::process::ExitCode {
    // clap exits with 2 for a wrong command line, which is what 2 means here as well.
    match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments).into(),
        Command::Render(arguments) => render::render(&arguments).into(),
        Command::Compare(arguments) => compare::compare(&arguments).into(),
        Command::Probe(arguments) => probe::probe(&arguments).into(),
        Command::List { contract, format } => list::list(contract.as_deref(), format).into(),
        Command::Schema { what } => schema::schema(what).into(),
        Command::Manual(manual) => match manual.run(Arguments::command()) {
            Ok(()) => ExitCode::Conformant.into(),
            Err(error) => {
                anstream::eprintln!("conformance: {error}");
                ExitCode::Broken.into()
            }
        },
    }
}
