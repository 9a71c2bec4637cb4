//! The options of each command.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::criterion::Criterion;
use crate::diff::Class;
use crate::render::Grouping;

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
    /// How to group the changes in text, Markdown and HTML
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = GroupBy::Class)]
    pub group_by: GroupBy,
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

/// How changes are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GroupBy {
    /// By class, the gravest first
    Class,
    /// By the operations that they reach
    Operation,
    /// By the component that they are in
    Component,
}

impl From<GroupBy> for Grouping {
    fn from(group_by: GroupBy) -> Self {
        match group_by {
            GroupBy::Class => Self::Class,
            GroupBy::Operation => Self::Operation,
            GroupBy::Component => Self::Component,
        }
    }
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
    /// Only these rules, by the names in reports
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
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
