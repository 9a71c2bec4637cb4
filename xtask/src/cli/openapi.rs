//! The commands about documents: those of `openapi::cli`, and those that work in this checkout only.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use openapi::cli::help::{
    FURTHER_EXIT_CODES, diff_about, diff_help, list_help, rules_help, waivers_help,
};
use openapi::cli::options::{self, Diff, List, Rules};

/// The name of these commands in their help.
const PROGRAM: &str = "cargo xtask openapi";

#[derive(Debug, Subcommand)]
pub(crate) enum OpenapiCommand {
    /// Write what the server emits to openapi/emitted/server.json
    #[command(after_help = EMIT_HELP)]
    Emit,
    /// Compare what the server emits with each published slice; any difference fails
    #[command(after_help = check_help())]
    Check(Check),
    /// Compare two documents by meaning
    #[command(long_about = diff_about(PROGRAM), after_help = diff_help(PROGRAM))]
    Diff(Diff),
    /// List the published slices and the emitted document, with their operations and hashes
    #[command(after_help = list_help(PROGRAM))]
    List(List),
    /// Fetch upstream's slice and compare the vendored one with it; write it if asked to
    #[command(after_help = PULL_HELP)]
    Pull(Pull),
    /// List the rules of reports: what each means, and why it breaks or does not
    #[command(after_help = rules_help(PROGRAM))]
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

const EMIT_HELP: &str = "\
Exit codes:
  0  the file is what the server emits
  3  the server cannot be built, or emits an invalid document

Examples:
  cargo xtask openapi emit";

/// The address at which upstream publishes the slice.
const UPSTREAM: &str =
    "https://www.ondayzero.com/docs/reference/api-tokens/revoke-token/openapi.json";

const PULL_HELP: &str = "\
Exit codes:
  0  the vendored slice is what upstream publishes, or was replaced by it
  1  upstream publishes another; nothing was written
  2  wrong usage
  3  upstream's slice cannot be fetched or read, or is no document with its operation

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
    /// Where upstream's slice is: a URL (http or https) or a file [default: upstream's page]
    #[arg(long, value_name = "URL|FILE", default_value = UPSTREAM, hide_default_value = true)]
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
