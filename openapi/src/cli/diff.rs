//! `diff`: two documents compared by meaning.

use std::io::{self, Write};

use super::comparison::Comparison;
use super::exit::Outcome;
use super::options::{Diff, Format};
use super::output::write_to;
use super::threshold::{exit_of, threshold};
use crate::render::{self, Report};

/// Compares the two documents that the command line names, and writes the report.
///
/// # Errors
///
/// [`Failure`](super::Failure), when a document, the policy, the waivers or the command line is invalid.
pub fn run(arguments: &Diff) -> Outcome {
    let comparison = Comparison::of(&arguments.documents)?;
    let output = arguments.output.as_deref();
    write_to(output, "the differences", |out| {
        write(out, arguments.format, &comparison.report())
    })?;
    let diff = &comparison.diff;
    if let Some(path) = output {
        anstream::println!("{}: written to {}", diff.verdict().name(), path.display());
    }
    let threshold = threshold(arguments.fail_on, comparison.policy.as_ref());
    Ok(comparison.waivers.report_stale(exit_of(diff, threshold)))
}

fn write(out: &mut dyn Write, format: Format, report: &Report<'_>) -> io::Result<()> {
    match format {
        Format::Text => render::text::write(out, report),
        Format::Json => render::json::write(out, report),
        Format::Markdown => render::markdown::write(out, report),
        Format::Html => render::html::write(out, report),
        Format::Junit => render::junit::write(out, report),
        Format::Github => render::github::write(out, report),
        Format::Sarif => render::sarif::write(out, report),
    }
}
