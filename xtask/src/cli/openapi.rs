//! The commands about documents: options, and help with examples. `oasproof` has the same.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum OpenapiCommand {
    /// Write what the server emits to openapi/emitted/server.json
    Emit,
    /// Compare what the server emits with each published slice; any difference fails
    #[command(after_help = CHECK_HELP)]
    Check(Check),
    /// Compare two documents by meaning
    #[command(after_help = diff_help!("cargo xtask openapi"))]
    Diff(Diff),
    /// Name the published slices and the emitted document, with their operations and hashes
    List(List),
    /// Fetch upstream's slice and compare the vendored one with it; write it where that is asked for
    #[command(after_help = PULL_HELP)]
    Pull(Pull),
    /// List every rule that a comparison can name: what it means, and why it breaks or does not
    Rules(Rules),
}

/// What stands below the help of `check` and `diff`, for the program that is called by this name.
macro_rules! waivers_help {
    ($program:literal) => {
        concat!(
            "\
Waivers are written in TOML, one table for each; one that waives nothing or has expired is an error (1):
  [[waiver]]
  rule = \"response-required-property-removed\"  # as the report names it; `",
            $program,
            " rules` lists all
  location = \"/components/schemas/Token/**\"    # as the report names it; /** for all below
  operation = \"POST /tokens\"                   # optional: only if no other operation is reached
  reason = \"no client reads it: see the log of March\"
  expires = 2027-01-31                         # the last day on which it holds (UTC)"
        )
    };
}

/// What stands below the help of `diff`.
macro_rules! diff_help {
    ($program:literal) => {
        concat!(
            "\
Exit codes:
  0  nothing at or above the threshold
  1  something is, or a waiver is stale
  2  usage, or a file of waivers that is none
  3  a document cannot be read, parsed or resolved
  4  only unproven differences

Examples:
  ",
            $program,
            " diff published.json ours.yaml
  ",
            $program,
            " diff main:openapi.json openapi.json
  ",
            $program,
            " diff old.json new.json --format json --fail-on additive
  ",
            $program,
            " diff old.json new.json --format html --output differences.html
  ",
            $program,
            " diff main:api.yaml api.yaml --format github
  ",
            $program,
            " diff old.json new.json --waivers waivers.toml

",
            $crate::cli::openapi::waivers_help!($program)
        )
    };
}

pub(crate) use {diff_help, waivers_help};

const CHECK_HELP: &str = concat!(
    "\
Exit codes:
  0  no difference that is not waived, and openapi/emitted/server.json is fresh
  1  a difference, a stale waiver, or the committed file is stale
  2  usage, or a file of waivers that is none
  3  a document cannot be read, parsed or resolved
  4  only unproven differences

Examples:
  cargo xtask openapi check
  cargo xtask openapi check --document build/openapi.json
  cargo xtask openapi check --document build/openapi.json --format markdown

",
    waivers_help!("cargo xtask openapi")
);

/// Where upstream publishes the slice.
const UPSTREAM: &str =
    "https://www.ondayzero.com/docs/reference/api-tokens/revoke-token/openapi.json";

const PULL_HELP: &str = "\
Exit codes:
  0  the vendored slice is what upstream publishes, or was written to be
  1  upstream publishes another; nothing was written
  2  usage
  3  upstream's slice cannot be fetched or read, or is not a document with the slice's operation

Examples:
  cargo xtask openapi pull
  cargo xtask openapi pull --write
  cargo xtask openapi pull --from saved.json --write";

/// Options of `openapi check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Check this document (JSON or YAML) in place of what the server emits; the committed file is
    /// then not looked at
    #[arg(long, value_name = "FILE")]
    pub(crate) document: Option<PathBuf>,
    /// How the differences are written, and where.
    #[command(flatten)]
    pub(crate) report: CheckReport,
}

/// How `check` tells what it found, which is the same for both programs.
#[derive(Debug, Args)]
pub(crate) struct CheckReport {
    /// How to write the differences
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(crate) format: CheckFormat,
    /// Write the differences to this file in place of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// A file (TOML) of differences that are let pass, each with rule, location, reason and expiry
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
}

/// How the differences to the slices are written: formats in which the report of one slice can follow
/// that of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people, in a terminal or a log
    Text,
    /// For a comment on a pull request, or the summary of a job
    Markdown,
    /// Annotations of GitHub Actions, with file, line and column
    Github,
}

/// Options of `openapi diff`.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The document that is in force (JSON or YAML): a file, REV:PATH as git names it, or - for
    /// standard input
    pub(crate) base: PathBuf,
    /// The document that is to replace it, named in the same ways
    pub(crate) revision: PathBuf,
    /// How to write the differences
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Write the differences to this file in place of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The least grave class that makes the exit code 1
    #[arg(long, value_enum, default_value_t = FailOn::Breaking, value_name = "CLASS")]
    pub(crate) fail_on: FailOn,
    /// A file (TOML) of differences that are let pass, each with rule, location, reason and expiry
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
}

/// Options of `openapi list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// How to write the list
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub(crate) format: ListFormat,
}

/// How slices and operations are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    Text,
    /// One JSON object
    Json,
}

/// Options of `openapi pull`.
#[derive(Debug, Args)]
pub(crate) struct Pull {
    /// Where upstream's slice is: a URL (http or https) or a file
    #[arg(long, value_name = "URL|FILE", default_value = UPSTREAM)]
    pub(crate) from: String,
    /// Write the slice, its hash and the day, where it differs from the vendored one
    #[arg(long)]
    pub(crate) write: bool,
    /// The seconds within which all of it must have been fetched
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) timeout: u64,
    /// The folder of the vendored slice and its README.md [default: openapi/published]
    #[arg(long, value_name = "DIR")]
    pub(crate) into: Option<PathBuf>,
}

/// Options of `openapi rules`.
#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// How to write the rules
    #[arg(long, value_enum, default_value_t = RulesFormat::Text)]
    pub(crate) format: RulesFormat,
}

/// How rules are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RulesFormat {
    /// For people
    Text,
    /// One JSON list
    Json,
    /// A table for documentation
    Markdown,
}

/// How differences are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, in a terminal or a log
    Text,
    /// One JSON object, for programs
    Json,
    /// For a comment on a pull request, or the summary of a job
    Markdown,
    /// One page that needs nothing beside itself
    Html,
    /// A test case for each difference, for the test views of CI systems
    Junit,
    /// Annotations of GitHub Actions, with file, line and column
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// The threshold of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// A message that worked no longer does
    Breaking,
    /// Anything that affects messages
    Additive,
    /// Anything at all
    Docs,
    /// Nothing
    None,
}
