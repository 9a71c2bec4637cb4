//! The options of each command, and the help below them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::criterion::Criterion;
use crate::diff::Class;

/// Two documents, and what of their comparison counts.
#[derive(Debug, Args)]
pub struct Documents {
    /// The base (JSON or YAML): a file, REV:PATH as in git, - or a URL
    pub base: PathBuf,
    /// The document that replaces it, named in the same ways
    pub revision: PathBuf,
    /// What counts.
    #[command(flatten)]
    pub settings: Settings,
}

/// What of a comparison counts, and what it may read.
#[derive(Debug, Args)]
pub struct Settings {
    /// The policy, in TOML [default: oasproof.toml above the revision]
    #[arg(long, value_name = "FILE", help_heading = COUNTS)]
    pub config: Option<PathBuf>,
    /// Accepted differences, in TOML
    #[arg(long, value_name = "FILE", help_heading = COUNTS)]
    pub waivers: Option<PathBuf>,
    /// Only changes of an operation, path, method, tag or extension
    #[arg(long, value_name = "KIND=VALUE", help_heading = COUNTS)]
    pub include: Vec<Criterion>,
    /// Without the changes that reach only such operations
    #[arg(long, value_name = "KIND=VALUE", help_heading = COUNTS)]
    pub exclude: Vec<Criterion>,
    /// Where documents may refer to files [default: their repository]
    #[arg(long, value_name = "DIR", help_heading = READ)]
    pub root: Option<PathBuf>,
    /// Read https URLs, and http URLs of this machine
    #[arg(long, help_heading = READ)]
    pub allow_network: bool,
}

/// The headings below which the help has what most calls do not need.
const COUNTS: &str = "What counts";
const READ: &str = "What is read";

/// Options of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The base (JSON or YAML): a file, REV:PATH as in git, - or a URL
    pub base: PathBuf,
    /// The document that replaces it, named in the same ways
    #[arg(required_unless_present = "all")]
    pub revision: Option<PathBuf>,
    /// Write the differences to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// How to write the differences
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// The least class that fails [default: the policy's, or breaking]
    #[arg(long, value_enum, value_name = "CLASS")]
    pub fail_on: Option<FailOn>,
    /// What counts.
    #[command(flatten)]
    pub settings: Settings,
    /// All documents whose paths match, in two folders or revisions
    #[arg(long, value_name = "GLOB", help_heading = READ)]
    pub all: Option<String>,
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
    /// A test case for each difference, for the test views of CI
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
#[derive(Debug, Default, Args)]
pub struct CheckOptions {
    /// What is published: a file, REV:PATH as in git, - or a URL [default: our slices]
    #[arg(long, value_name = "DOCUMENT")]
    pub published: Option<PathBuf>,
    /// How to write the differences
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    /// Write the differences to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// A TOML file of accepted differences, each with rule, location, reason and expiry date
    #[arg(long, value_name = "FILE")]
    pub waivers: Option<PathBuf>,
    /// Where documents may refer to files [default: their repository]
    #[arg(long, value_name = "DIR", help_heading = READ)]
    pub root: Option<PathBuf>,
    /// Read https URLs, and http URLs of this machine
    #[arg(long, help_heading = READ)]
    pub allow_network: bool,
}

/// The formats of `check`: those in which the reports of several slices can follow each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people, in a terminal or a log
    #[default]
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

/// Returns the help above the options of `diff` for the program that is called by this name: the common case.
#[must_use]
pub fn diff_about(program: &str) -> String {
    format!(
        "\
Compare two documents by meaning

What the working tree changes, against a branch:
  {program} diff main:openapi.json openapi.json"
    )
}

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
  {program} diff old.json new.json --format json --fail-on additive
  {program} diff old.json new.json --format html --output differences.html
  {program} diff main:api.yaml api.yaml --format github
  {program} diff old.json new.json --waivers waivers.toml
  {program} diff old.json new.json --include 'path=/v1/*'
  {program} diff old.json new.json --exclude extension=x-internal
  {program} diff https://api.example.com/openapi.json new.json --allow-network
  {program} diff --all 'apis/**/openapi.yaml' main:
  {program} diff --all 'apis/**/openapi.yaml' main: feature:

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
  grace-days = { beta = 30, stable = 180 } # a sunset is so far ahead";

/// Returns the help on waivers for the program that is called by this name.
#[must_use]
pub fn waivers_help(program: &str) -> String {
    format!(
        "\
Waivers are TOML tables; one that waives nothing or has expired is an error (1):
  [[waiver]]
  # Both as in the report; `{program} rules` lists all rules:
  rule = \"response-required-property-removed\"
  location = \"/components/schemas/Token/**\"    # /** for everything below
  # Optional, as are path, method, tag and extension; * is any text.
  # Only if no other operation is affected:
  operation = \"POST /tokens\"
  reason = \"no client reads it: see the log of March\"
  expires = 2027-01-31                         # the last day (UTC)"
    )
}
