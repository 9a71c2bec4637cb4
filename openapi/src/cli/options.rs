//! The options of each command, and the help below them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::criterion::Criterion;
use crate::diff::Class;

/// Two documents, and what of their comparison counts.
#[derive(Debug, Args)]
pub struct Documents {
    /// The base document (JSON or YAML): a file, REV:PATH as in git, or - for standard input
    pub base: PathBuf,
    /// The document that replaces it, named in the same ways
    pub revision: PathBuf,
    /// A TOML file of accepted differences, each with rule, location, reason and expiry date
    #[arg(long, value_name = "FILE")]
    pub waivers: Option<PathBuf>,
    /// The policy, in TOML [default: the next oasproof.toml upwards from the revision in its repository]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The folder below which documents may refer to files [default: the repository, or the document's folder]
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Read documents at https URLs, and at http URLs of this machine; without credentials
    #[arg(long)]
    pub allow_network: bool,
    /// Only changes of an operation, path, method, tag or extension, such as path=/v1/* (repeatable)
    #[arg(long, value_name = "KIND=VALUE")]
    pub include: Vec<Criterion>,
    /// Leave out the changes that reach only such operations (repeatable)
    #[arg(long, value_name = "KIND=VALUE")]
    pub exclude: Vec<Criterion>,
}

/// Options of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The documents.
    #[command(flatten)]
    pub documents: Documents,
    /// How to write the differences
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Write the differences to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The least severe class that makes the exit code 1 [default: the policy's, or breaking]
    #[arg(long, value_enum, value_name = "CLASS")]
    pub fail_on: Option<FailOn>,
}

/// Options of `suggest`.
#[derive(Debug, Args)]
pub struct Suggest {
    /// The documents.
    #[command(flatten)]
    pub documents: Documents,
    /// Fail unless the version of the revision is at least the one that the changes ask for
    #[arg(long)]
    pub check: bool,
    /// How to write the suggestion
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub format: ListFormat,
}

/// Options of `changelog`.
#[derive(Debug, Args)]
pub struct Changelog {
    /// The documents.
    #[command(flatten)]
    pub documents: Documents,
    /// How to write the changelog
    #[arg(long, value_enum, default_value_t = ChangelogFormat::Markdown)]
    pub format: ChangelogFormat,
    /// Write the changelog to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The formats of `changelog`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChangelogFormat {
    /// For release notes and pull requests
    Markdown,
    /// One self-contained page
    Html,
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

impl FailOn {
    /// Returns the class; `None` where nothing fails.
    pub(super) fn class(self) -> Option<Class> {
        match self {
            Self::Breaking => Some(Class::Breaking),
            Self::Warning => Some(Class::Warning),
            Self::Additive => Some(Class::Additive),
            Self::Docs => Some(Class::Docs),
            Self::None => None,
        }
    }
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
pub const FURTHER_EXIT_CODES: &str = "  2  wrong usage, or an invalid file of waivers or policy
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
  {program} diff old.json new.json --include path=/v1/* --exclude extension=x-internal

{}

{POLICY_HELP}",
        waivers_help(program)
    )
}

const POLICY_HELP: &str = "\
A policy decides how changes count; what was proven stays in the report:
  fail-on = \"warning\"                      # as --fail-on
  ignored-extensions = [\"x-internal-*\"]
  [rules]                                  # a class, or off
  response-optional-property-removed = \"additive\"
  [stability]
  promised-from = \"beta\"                   # what is less stable may change
  [deprecation]
  grace-days = { beta = 30, stable = 180 } # a sunset is announced that long ahead";

/// Returns the help on waivers for the program that is called by this name.
#[must_use]
pub fn waivers_help(program: &str) -> String {
    format!(
        "\
Waivers are TOML tables; one that waives nothing or has expired is an error (1):
  [[waiver]]
  rule = \"response-required-property-removed\"  # as in the report; `{program} rules` lists all
  location = \"/components/schemas/Token/**\"    # as in the report; /** for everything below
  operation = \"POST /tokens\"                   # optional, as are path, method, tag and extension (* is any text):
                                               # only if no other operation is affected
  reason = \"no client reads it: see the log of March\"
  expires = 2027-01-31                         # the last day on which it holds (UTC)"
    )
}
