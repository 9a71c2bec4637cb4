//! How the commands of operators print.

use clap::{Args, ValueEnum};

/// The option that says how to print.
#[derive(Debug, Args)]
pub struct Output {
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    format: Format,
    /// The older name of `--format json`
    #[arg(long, hide = true, conflicts_with = "format")]
    json: bool,
}

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON object, or one per line of a list
    Json,
}

impl Output {
    /// Returns whether the output is for programs.
    pub fn is_json(&self) -> bool {
        self.json || self.format == Format::Json
    }
}
