//! The command line of `bench`.

use clap::{Args, Subcommand, ValueEnum};

use super::below::below;

/// What it means that a benchmark succeeds, or fails.
pub(super) const SUCCESS: &str = "measured, and nothing fell short of what is promised";
pub(super) const FAILURE: &str = "something did";

#[derive(Debug, Subcommand)]
pub(crate) enum BenchCommand {
    /// The comparison: agreement with oasdiff over its corpus, what is found in real pairs, and cost on the largest
    /// documents
    #[command(after_help = below(SUCCESS, FAILURE, &["bench diff"]))]
    Diff,
    /// The agreement with oasdiff alone; fails if a disagreement is not accounted for in
    /// openapi/tests/corpus-disagreements.md
    #[command(after_help = below(SUCCESS, FAILURE, &["bench corpus"]))]
    Corpus,
    /// Compare malformed and hostile documents; fails if the comparison does not survive one
    #[command(after_help = below(SUCCESS, FAILURE, &["bench fuzz --inputs 10000", "bench fuzz --show 17"]))]
    Fuzz(Fuzz),
    /// Edit real documents, each edit a break; fails if the comparison lets one pass
    #[command(after_help = below(SUCCESS, FAILURE, &["bench seeded", "bench seeded --edits 1000 --only stripe"]))]
    Seeded(Seeded),
    /// The conformance suite: its speed, a hundred shuffled runs of our server, and the faults that it notices, by class;
    /// fails if it misses a fault or blames a correct server
    #[command(after_help = below(SUCCESS, FAILURE, &["bench conformance", "bench conformance --any-api"]))]
    Conformance(Conformance),
    /// Whether the time of a refusal differs between tokens of others and tokens that do not exist
    #[command(after_help = below(SUCCESS, FAILURE, &["bench timing --pairs 10000"]))]
    Timing(Timing),
    /// The promise under faults: servers and databases killed and stopped repeatedly, with figures
    #[command(after_help = below(SUCCESS, FAILURE, &["bench faults --seconds 10"]))]
    Faults(Faults),
    /// The server's requests per second, compared with a bare handler; fails if a pinned ratio is missed
    #[command(after_help = below(SUCCESS, FAILURE, &["bench server --tokens 1000", "bench server --against target/old/server"]))]
    Server(Server),
    /// Builds from nothing: CPU of `verify` and of the tests after it, the installed programs' seconds, sizes and dependencies;
    /// fails above a limit
    #[command(after_help = below(SUCCESS, FAILURE, &["bench build --only oasproof"]))]
    Build(Build),
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
    /// Returns the time limit of a build.
    pub(crate) fn limit(&self) -> std::time::Duration {
        std::time::Duration::from_secs(self.limit)
    }
}

/// An installed program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Installed {
    Oasproof,
    Conformance,
    Server,
}

impl Installed {
    pub(crate) const ALL: &[Self] = &[Self::Oasproof, Self::Conformance, Self::Server];

    /// Returns the program's name, which is also that of its package.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Oasproof => "oasproof",
            Self::Conformance => "conformance",
            Self::Server => "server",
        }
    }
}

/// Options of `bench faults`.
#[derive(Debug, Args)]
pub(crate) struct Faults {
    /// The duration of the faults on each store
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) seconds: u32,
}

/// Options of `bench server`.
#[derive(Debug, Args)]
pub(crate) struct Server {
    /// The duration of each measurement
    #[arg(long, value_name = "SECONDS", default_value_t = 4.0, value_parser = seconds)]
    pub(crate) seconds: f64,
    /// The numbers of tokens to measure with, separated by commas
    #[arg(long, value_name = "COUNTS", default_value = "1000,100000,1000000", value_parser = counts)]
    pub(crate) tokens: String,
    /// Compare this build with an older server program, in turns: no row may be under 95 % of it
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) against: Option<std::path::PathBuf>,
}

/// Parses a duration. The benchmark itself would refuse it only after it is built.
fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds")?;
    match std::time::Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(seconds),
        Ok(_) | Err(_) => Err("too short to measure".to_owned()),
    }
}

/// Checks numbers separated by commas.
fn counts(text: &str) -> Result<String, String> {
    match text
        .split(',')
        .find(|one| one.trim().parse::<usize>().is_err())
    {
        None => Ok(text.to_owned()),
        Some(other) => Err(format!("`{other}` is not a number of tokens")),
    }
}

/// Options of `bench fuzz`.
#[derive(Debug, Args)]
pub(crate) struct Fuzz {
    /// How many inputs to try
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000)]
    pub(crate) inputs: u64,
    /// The seed; an input is made from the seed and the number of the input
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The number of the first input
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) from: u64,
    /// Print the two documents of one input, and try none
    #[arg(long, value_name = "NUMBER")]
    pub(crate) show: Option<u64>,
    /// Try the inputs with the debug build instead of the release build
    #[arg(long)]
    pub(crate) as_built: bool,
}

/// Options of `bench seeded`.
#[derive(Debug, Args)]
pub(crate) struct Seeded {
    /// How many edits to compare
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    pub(crate) edits: u64,
    /// The seed from which, with its number, each case is made
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The number of the first case
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) from: u64,
    /// Write base and revision of one case to target/bench, and run no other
    #[arg(long, value_name = "NUMBER")]
    pub(crate) show: Option<u64>,
    /// Edit only documents whose name contains this
    #[arg(long, value_name = "TEXT")]
    pub(crate) only: Option<String>,
}

/// Options of `bench conformance`.
#[derive(Debug, Args)]
pub(crate) struct Conformance {
    /// The number of shuffled runs of our server, all of which must be clean
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub(crate) runs: u32,
    /// Leave out the faults, which take minutes
    #[arg(long)]
    pub(crate) no_mutants: bool,
    /// Measure only services of other contracts, beside Schemathesis, which is installed from PyPI
    #[arg(long)]
    pub(crate) any_api: bool,
}

/// Options of `bench timing`.
#[derive(Debug, Args)]
pub(crate) struct Timing {
    /// The number of pairs of a foreign and an unknown token
    #[arg(long, default_value_t = 100_000, value_parser = pairs)]
    pub(crate) pairs: usize,
    /// The seed of the order within pairs
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

/// Parses a number of pairs.
fn pairs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(pairs @ 10_000..=10_000_000) => Ok(pairs),
        Ok(_) | Err(_) => Err("give a number from 10000 to 10000000".to_owned()),
    }
}
