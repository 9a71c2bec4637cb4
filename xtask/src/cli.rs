//! The command line of `cargo xtask`: names, options, help. What the commands do is elsewhere.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use self::openapi::{Check, OpenapiCommand, Pull};

mod openapi;

/// The project's commands: emit, check and compare contracts, verify the whole, run the tests.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    version,
    long_version = ::openapi::cli::version(),
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
    /// Take the pictures of README.md anew: a comparison, and the report of the last `verify`
    Pictures(Pictures),
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
    /// The programs that are installed: seconds of a build from nothing, sizes, dependencies
    Build(Build),
    /// Run a program and print what it cost, as JSON
    #[command(hide = true)]
    Measure(Measure),
}

/// Options of `pictures`.
#[derive(Debug, Args)]
pub(crate) struct Pictures {
    /// One folder for both [default: openapi/pictures and conformance/pictures]
    #[arg(long, value_name = "DIR")]
    pub(crate) into: Option<PathBuf>,
}

/// Options of `bench build`.
#[derive(Debug, Args)]
pub(crate) struct Build {
    /// Build this program alone
    #[arg(long, value_enum, value_name = "PROGRAM")]
    pub(crate) only: Option<Installed>,
    /// Stop a build that takes longer
    #[arg(long, value_name = "SECONDS", default_value_t = 1800)]
    limit: u64,
}

impl Build {
    /// How long a build may take.
    pub(crate) fn limit(&self) -> std::time::Duration {
        std::time::Duration::from_secs(self.limit)
    }
}

/// A program that is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Installed {
    Oasproof,
    Conformance,
    Server,
}

impl Installed {
    pub(crate) const ALL: &[Self] = &[Self::Oasproof, Self::Conformance, Self::Server];

    /// The program's name.
    pub(crate) fn program(self) -> &'static str {
        match self {
            Self::Oasproof => "oasproof",
            Self::Conformance => "conformance",
            Self::Server => "server",
        }
    }

    /// The package that it is built from.
    pub(crate) fn package(self) -> &'static str {
        match self {
            Self::Oasproof => "openapi",
            Self::Conformance => "conformance",
            Self::Server => "server",
        }
    }

    /// The feature that it is built with.
    pub(crate) fn features(self) -> &'static [&'static str] {
        match self {
            Self::Oasproof => &["--features", "openapi/cli"],
            Self::Conformance | Self::Server => &[],
        }
    }
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
    #[arg(long, value_name = "SECONDS", default_value_t = 4.0, value_parser = seconds)]
    pub(crate) seconds: f64,
    /// With how many tokens, one after the other
    #[arg(long, value_name = "COUNTS", default_value = "1000,100000,1000000", value_parser = counts)]
    pub(crate) tokens: String,
}

/// Some time, which the benchmark itself would refuse only when it is built.
fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "no number of seconds")?;
    match std::time::Duration::try_from_secs_f64(seconds) {
        Ok(lasting) if !lasting.is_zero() => Ok(seconds),
        Ok(_) | Err(_) => Err("no time to measure in".to_owned()),
    }
}

/// Numbers with commas between.
fn counts(text: &str) -> Result<String, String> {
    match text
        .split(',')
        .find(|one| one.trim().parse::<usize>().is_err())
    {
        None => Ok(text.to_owned()),
        Some(other) => Err(format!("`{other}` is no number of tokens")),
    }
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
        Ok(pairs @ 10_000..=10_000_000) => Ok(pairs),
        Ok(_) | Err(_) => Err("give a number from 10000 to 10000000".to_owned()),
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
