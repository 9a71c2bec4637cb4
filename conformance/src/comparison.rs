//! The comparison of two runs: of one deployment at two times, or of two deployments.

mod compare;
mod json;
mod markdown;
mod record;
mod terminal;
mod wording;

use std::io::{self, Write};

pub use compare::compare;
pub use json::schema;
pub use record::{
    CaseChange, Change, Comparison, Condition, CoverageChange, FORMAT, Judgement, Side, TimeChange,
};

/// A format of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people, in a terminal or a log.
    #[value(alias = "terminal")]
    Text,
    /// Markdown for a pull request or the summary of a CI job.
    Markdown,
    /// JSON, described by `schemas/comparison.schema.json`.
    Json,
}

/// Writes a comparison.
///
/// # Errors
/// When `out` cannot be written to.
pub fn render(comparison: &Comparison, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => terminal::render(comparison, out),
        Format::Markdown => markdown::render(comparison, out),
        Format::Json => json::render(comparison, out),
    }
}
