//! The options of each command, and the help below them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Options of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The base document (JSON or YAML): a file, REV:PATH as in git, or - for standard input
    pub base: PathBuf,
    /// The document that replaces it, named in the same ways
    pub revision: PathBuf,
    /// How to write the differences
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Write the differences to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The least severe class that makes the exit code 1
    #[arg(long, value_enum, default_value_t = FailOn::Breaking, value_name = "CLASS")]
    pub fail_on: FailOn,
    /// A TOML file of accepted differences, each with rule, location, reason and expiry date
    #[arg(long, value_name = "FILE")]
    pub waivers: Option<PathBuf>,
}

/// The formats of `diff`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, in a terminal or a log
    Text,
    /// One JSON object, for programs
    Json,
    /// For a comment on a pull request, or the summary of a job
    Markdown,
    /// One self-contained page
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
pub enum FailOn {
    /// A message that worked no longer does
    Breaking,
    /// An optional property that left a response as well
    Warning,
    /// Anything that affects messages
    Additive,
    /// Anything at all
    Docs,
    /// Nothing
    None,
}

/// Options of `check` that do not depend on the program.
#[derive(Debug, Args)]
pub struct CheckReport {
    /// How to write the differences
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    /// Write the differences to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// A TOML file of accepted differences, each with rule, location, reason and expiry date
    #[arg(long, value_name = "FILE")]
    pub waivers: Option<PathBuf>,
}

/// The formats of `check`: those in which the reports of several slices can follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people, in a terminal or a log
    Text,
    /// For a comment on a pull request, or the summary of a job
    Markdown,
    /// Annotations of GitHub Actions, with file, line and column
    Github,
}

/// Options of `list`.
#[derive(Debug, Args)]
pub struct List {
    /// How to write the list
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub format: ListFormat,
}

/// The formats of `list`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people
    Text,
    /// One JSON object
    Json,
}

/// Options of `rules`.
#[derive(Debug, Args)]
pub struct Rules {
    /// How to write the rules
    #[arg(long, value_enum, default_value_t = RulesFormat::Text)]
    pub format: RulesFormat,
}

/// The formats of `rules`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    /// For people
    Text,
    /// One JSON list
    Json,
    /// A table for documentation
    Markdown,
}

/// Exit codes 2 to 4, which all commands that compare have in common.
pub const FURTHER_EXIT_CODES: &str = "  2  wrong usage, or an invalid waivers file
  3  a document cannot be read, parsed or resolved
  4  only unproven differences";

/// Returns the help below `diff` for the program that is called by this name.
#[must_use]
pub fn diff_help(program: &str) -> String {
    format!(
        "\
Exit codes:
  0  nothing at or above the threshold
  1  something is, or a waiver is stale
{FURTHER_EXIT_CODES}

Examples:
  {program} diff published.json ours.yaml
  {program} diff main:openapi.json openapi.json
  {program} diff old.json new.json --format json --fail-on additive
  {program} diff old.json new.json --format html --output differences.html
  {program} diff main:api.yaml api.yaml --format github
  {program} diff old.json new.json --waivers waivers.toml

{}",
        waivers_help(program)
    )
}

/// Returns the help on waivers for the program that is called by this name.
#[must_use]
pub fn waivers_help(program: &str) -> String {
    format!(
        "\
Waivers are TOML tables; one that waives nothing or has expired is an error (1):
  [[waiver]]
  rule = \"response-required-property-removed\"  # as in the report; `{program} rules` lists all
  location = \"/components/schemas/Token/**\"    # as in the report; /** for everything below
  operation = \"POST /tokens\"                   # optional: only if no other operation is affected
  reason = \"no client reads it: see the log of March\"
  expires = 2027-01-31                         # the last day on which it holds (UTC)"
    )
}
