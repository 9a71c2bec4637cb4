//! The command line: arguments, files and exit codes around the library.

mod compare;
mod list;
mod probe;
mod progress;
mod publish;
mod render;
mod run;
mod say;
mod schema;

use clap::{CommandFactory, Parser, Subcommand};
use conformance::contract::Place;
use conformance::exit::ExitCode;
use manual::Manual;

const HELP: &str = "\
Examples:
  conformance probe --target https://staging.example.com --output staging.toml \\
      --business-id 7b0c3d4e-8f61-4a52-9c37-1de5a0b6f249
  conformance run --target https://staging.example.com --profile staging.toml \\
      --report reports --allow revokes
  conformance compare main/report.json branch/report.json
  conformance help run";

/// Puts the meaning of each exit code before a text of the help.
fn with_exit_codes(text: &str) -> String {
    let codes = ExitCode::ALL.map(|code| {
        let more = match code {
            ExitCode::NothingProven => {
                ": no operation succeeded, one was not reached, a MUST was\n     skipped or not decided, or nothing was selected"
            }
            ExitCode::Conformant | ExitCode::Failed | ExitCode::Usage | ExitCode::Broken => "",
        };
        format!("\n  {}  {}{more}", code.code(), code.meaning())
    });
    format!("Exit codes:{}\n\n{text}", codes.concat())
}

/// Tests a running service against its OpenAPI document. Without another document, that is the published operation that
/// revokes a token, and whether revoked tokens are rejected.
#[derive(Debug, Parser)]
#[command(
    name = "conformance",
    version,
    long_version = version(),
    after_help = with_exit_codes(HELP),
    term_width = manual::help_columns()
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the cases against a deployment and write its reports.
    #[command(after_help = run::HELP, after_long_help = with_exit_codes(run::LONG_HELP))]
    Run(run::Arguments),
    /// Probe a deployment and write a first profile of it.
    #[command(after_help = probe::HELP)]
    Probe(probe::Arguments),
    /// Write a saved run in another format.
    #[command(after_help = render::HELP)]
    Render(render::Arguments),
    /// Show what changed between two saved runs, of one deployment or of two.
    #[command(after_help = compare::HELP)]
    Compare(compare::Arguments),
    /// List the cases of a contract.
    #[command(after_help = list::HELP)]
    List {
        /// The contract, the file of an OpenAPI document, in place of the published revoke operation.
        #[arg(long, value_name = "FILE")]
        contract: Option<Place>,
        /// How to print them.
        #[arg(long, value_enum, default_value_t = list::Format::Text)]
        format: list::Format,
    },
    /// Print the JSON Schema of a file that the suite reads or writes.
    #[command(after_help = schema::HELP)]
    Schema {
        /// Which file.
        #[arg(value_enum)]
        what: schema::Schema,
    },
    /// Completions and manual pages.
    #[command(flatten)]
    Manual(Manual),
}

/// Writes the version, and below it the built-in contract with its hash.
fn version() -> String {
    let contract = openapi::published::fingerprints();
    format!("{}\n{contract}", env!("CARGO_PKG_VERSION"))
}

/// Runs the command that the process was started with.
pub(crate) fn main() -> std::process::ExitCode {
    // clap exits with 2 for a wrong command line, which is what 2 means here as well.
    match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments).into(),
        Command::Render(arguments) => render::render(&arguments).into(),
        Command::Compare(arguments) => compare::compare(&arguments).into(),
        Command::Probe(arguments) => probe::probe(&arguments).into(),
        Command::List { contract, format } => list::list(contract.as_ref(), format).into(),
        Command::Schema { what } => schema::schema(what).into(),
        Command::Manual(manual) => match manual.run(Arguments::command()) {
            Ok(()) => ExitCode::Conformant.into(),
            Err(error) => {
                say::say(&error);
                ExitCode::Broken.into()
            }
        },
    }
}
