//! The commands about documents: those of `openapi::cli`, and those that work in this checkout only.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use openapi::cli::options::{
    self, Diff, FURTHER_EXIT_CODES, List, Rules, diff_about, diff_help, waivers_help,
};

/// The name of these commands in their help.
const PROGRAM: &str = "cargo xtask openapi";

#[derive(Debug, Subcommand)]
pub(crate) enum OpenapiCommand {
    /// Write what the server emits to openapi/emitted/server.json
    Emit,
    /// Compare what the server emits with each published slice; any difference fails
    #[command(after_help = check_help())]
    Check(Check),
    /// Compare two documents by meaning
    #[command(long_about = diff_about(PROGRAM), after_help = diff_help(PROGRAM))]
    Diff(Diff),
    /// List the published slices and the emitted document, with their operations and hashes
    List(List),
    /// Fetch upstream's slice and compare the vendored one with it; write it if asked to
    #[command(after_help = PULL_HELP)]
    Pull(Pull),
    /// List every rule that a comparison can report: what it means, and why it breaks or does not
    Rules(Rules),
}

fn check_help() -> String {
    format!(
        "\
Exit codes:
  0  no difference that is not waived, and openapi/emitted/server.json is fresh
  1  a difference, a stale waiver, or the committed file is stale
{FURTHER_EXIT_CODES}

Examples:
  {PROGRAM} check
  {PROGRAM} check --document build/openapi.json
  {PROGRAM} check --document build/openapi.json --format markdown

{}",
        waivers_help(PROGRAM)
    )
}

/// The address at which upstream publishes the slice.
const UPSTREAM: &str =
    "https://www.ondayzero.com/docs/reference/api-tokens/revoke-token/openapi.json";

const PULL_HELP: &str = "\
Exit codes:
  0  the vendored slice is what upstream publishes, or was replaced by it
  1  upstream publishes another; nothing was written
  2  wrong usage
  3  upstream's slice cannot be fetched or read, or is not a document with the slice's operation

Examples:
  cargo xtask openapi pull
  cargo xtask openapi pull --write
  cargo xtask openapi pull --from saved.json --write";

/// Options of `openapi check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Check this document (JSON or YAML) instead of what the server emits; the committed file is
    /// then not read
    #[arg(long, value_name = "DOCUMENT")]
    pub(crate) document: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) options: options::CheckOptions,
}

/// Options of `openapi pull`.
#[derive(Debug, Args)]
pub(crate) struct Pull {
    /// Where upstream's slice is: a URL (http or https) or a file
    #[arg(long, value_name = "URL|FILE", default_value = UPSTREAM)]
    pub(crate) from: String,
    /// Replace the vendored slice if it differs, and record hash and date in its README.md
    #[arg(long)]
    pub(crate) write: bool,
    /// The time limit for the whole download
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) timeout: u64,
    /// The folder of the vendored slice and its README.md [default: openapi/published]
    #[arg(long, value_name = "DIR")]
    pub(crate) into: Option<PathBuf>,
}
