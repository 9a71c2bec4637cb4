//! The command line: names, options, help. What the commands do is elsewhere.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The project's commands: emit, check and compare contracts, verify the whole, run the tests.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    version,
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Work on OpenAPI documents: emit ours, check it against the published slices, compare any two
    Openapi {
        #[command(subcommand)]
        command: OpenapiCommand,
    },
    /// The main job, end to end: emit, check, start the server, run the conformance suite, stop
    Verify(Verify),
    /// Run all tests; find or install what they need
    Test(Test),
    /// Measure on real inputs, with the release build
    Bench {
        #[command(subcommand)]
        command: BenchCommand,
    },
    /// What CI runs: formatting, lints, documentation, all tests
    Ci,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BenchCommand {
    /// The comparison: agreement with oasdiff over its corpus, and cost on the largest documents
    Diff,
    /// The agreement with oasdiff alone, without measuring; fails where a disagreement is not
    /// accounted for in openapi/tests/corpus-disagreements.md
    Corpus,
    /// Feed the comparison documents that nobody should write; fails where it does not survive one
    Fuzz(Fuzz),
    /// Try some of those documents in this process
    #[command(hide = true)]
    FuzzPortion(FuzzPortion),
    /// The conformance suite: its speed, a hundred shuffled runs of our server, and the faults that it notices, by class;
    /// fails where a fault is not noticed or a sound server is blamed
    Conformance(Conformance),
    /// Whether the time of a refusal tells tokens of others from tokens that do not exist
    Timing(Timing),
    /// The promise under faults: servers and databases killed and stopped again and again, with figures
    Faults(Faults),
    /// The server's requests a second, beside those of a bare handler; fails where a pinned ratio is missed
    Server(Server),
    /// Run a program and print what it cost, as JSON
    #[command(hide = true)]
    Measure(Measure),
}

/// Options of `bench faults`.
#[derive(Debug, Args)]
pub(crate) struct Faults {
    /// For how long faults are made, on each store
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) seconds: u32,
}

/// Options of `bench server`.
#[derive(Debug, Args)]
pub(crate) struct Server {
    /// For how long each figure is measured
    #[arg(long, value_name = "SECONDS", default_value_t = 4.0)]
    pub(crate) seconds: f64,
    /// With how many tokens, one after the other
    #[arg(long, value_name = "COUNTS", default_value = "1000,100000,1000000")]
    pub(crate) tokens: String,
}

/// Options of `bench fuzz`.
#[derive(Debug, Args)]
pub(crate) struct Fuzz {
    /// How many inputs to try
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000)]
    pub(crate) inputs: u64,
    /// What the inputs are made from, together with their numbers
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The number of the first input
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) from: u64,
    /// Print the two documents of one input, and try none
    #[arg(long, value_name = "NUMBER")]
    pub(crate) show: Option<u64>,
    /// Try them with this program as it is, in place of the release build
    #[arg(long)]
    pub(crate) as_built: bool,
}

/// Which inputs the process tries.
#[derive(Debug, Args)]
pub(crate) struct FuzzPortion {
    #[arg(long)]
    pub(crate) seed: u64,
    #[arg(long)]
    pub(crate) from: u64,
    #[arg(long)]
    pub(crate) to: u64,
    #[arg(long)]
    pub(crate) corpus: Option<PathBuf>,
}

/// Options of `bench conformance`.
#[derive(Debug, Args)]
pub(crate) struct Conformance {
    /// How many shuffled runs of our server have to be clean
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub(crate) runs: u32,
    /// Leave the faults out, which take minutes
    #[arg(long)]
    pub(crate) no_mutants: bool,
}

/// How often the two refusals are compared.
#[derive(Debug, Args)]
pub(crate) struct Timing {
    /// Pairs of a foreign and an unknown token
    #[arg(long, default_value_t = 100_000, value_parser = pairs)]
    pub(crate) pairs: usize,
    /// Seed of the order within pairs
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

fn pairs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(pairs @ 100..=10_000_000) => Ok(pairs),
        Ok(_) | Err(_) => Err("give a number from 100 to 10000000".to_owned()),
    }
}

/// What to run, and where its output goes.
#[derive(Debug, Args)]
pub(crate) struct Measure {
    /// The file that takes the program's standard output
    #[arg(long)]
    pub(crate) stdout: PathBuf,
    /// The program and its arguments
    #[arg(trailing_var_arg = true, required = true)]
    pub(crate) command: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OpenapiCommand {
    /// Write what the server emits to openapi/emitted/server.json
    Emit,
    /// Compare what the server emits with each published slice; any difference fails
    #[command(after_help = CHECK_HELP)]
    Check(Check),
    /// Compare two documents by meaning
    #[command(after_help = DIFF_HELP)]
    Diff(Diff),
    /// Name the published slices and the emitted document, with their operations and hashes
    List(List),
    /// Fetch upstream's slice and compare the vendored one with it; write it where that is asked for
    #[command(after_help = PULL_HELP)]
    Pull(Pull),
    /// List every rule that a comparison can name: what it means, and why it breaks or does not
    Rules(Rules),
}

const CHECK_HELP: &str = "\
Exit codes:
  0  no difference that is not waived, and openapi/emitted/server.json is fresh
  1  a difference, a stale waiver, or the committed file is stale
  2  usage, or a file of waivers that is none
  3  a document cannot be read, parsed or resolved
  4  only unproven differences

Examples:
  cargo xtask openapi check
  cargo xtask openapi check --document build/openapi.json

Waivers are written in TOML, one table for each; one that waives nothing or has expired is an error (1):
  [[waiver]]
  rule = \"response-required-property-removed\"  # as the report names it; `openapi rules` lists all
  location = \"/components/schemas/Token/**\"    # as the report names it; /** for all below
  operation = \"POST /tokens\"                   # optional: only if no other operation is reached
  reason = \"no client reads it: see the log of March\"
  expires = 2027-01-31                         # the last day on which it holds (UTC)";

const DIFF_HELP: &str = "\
Exit codes:
  0  nothing at or above the threshold
  1  something is, or a waiver is stale
  2  usage, or a file of waivers that is none
  3  a document cannot be read, parsed or resolved
  4  only unproven differences

Examples:
  cargo xtask openapi diff published.json ours.yaml
  cargo xtask openapi diff main:openapi/emitted/server.json openapi/emitted/server.json
  cargo xtask openapi diff old.json new.json --format json --fail-on additive
  cargo xtask openapi diff old.json new.json --format html --output differences.html
  cargo xtask openapi diff main:api.yaml api.yaml --format github
  cargo xtask openapi diff old.json new.json --waivers waivers.toml

Waivers are written in TOML, one table for each; one that waives nothing or has expired is an error (1):
  [[waiver]]
  rule = \"response-required-property-removed\"  # as the report names it; `openapi rules` lists all
  location = \"/components/schemas/Token/**\"    # as the report names it; /** for all below
  operation = \"POST /tokens\"                   # optional: only if no other operation is reached
  reason = \"no client reads it: see the log of March\"
  expires = 2027-01-31                         # the last day on which it holds (UTC)";

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
    /// A file (TOML) of differences that are let pass, each with rule, location, reason and expiry
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
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
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
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

/// Options of `verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Where the reports go [default: target/verify]
    #[arg(long, value_name = "DIR")]
    pub(crate) report: Option<PathBuf>,
}

/// Options of `test`.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// What to hand to `cargo test`, after the options that it always gets
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<String>,
}
