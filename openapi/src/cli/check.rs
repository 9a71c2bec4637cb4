//! `check`: a document compared with each published slice. Every class of difference fails.

use std::io::{self, Write};
use std::path::Path;

use super::exit::{Exit, Outcome};
use super::input::{self, refuse_defects};
use super::options::{CheckFormat, CheckReport};
use super::output::write_to;
use super::place;
use super::threshold::exit_of;
use super::waivers::ActiveWaivers;
use crate::Document;
use crate::diff::{Class, Operations, Options, compare_with};
use crate::published;
use crate::render::{self, Report};

/// Checks the document that the command line names.
///
/// # Errors
///
/// [`Failure`](super::Failure), when the document or the waivers file is invalid.
pub fn run(path: &Path, report: &CheckReport) -> Outcome {
    let waivers = ActiveWaivers::read(report.waivers.as_deref())?;
    let document = input::read(path)?;
    refuse_defects(&document)?;
    let file = place::file_of(path);
    document_against_slices(&document, file.as_deref(), waivers, report)
}

/// Compares a document with each slice in force, for the slice's operations only, and writes the report.
///
/// # Errors
///
/// [`Failure`](super::Failure), when the report cannot be written.
pub fn document_against_slices(
    document: &Document,
    file: Option<&str>,
    mut waivers: ActiveWaivers,
    report: &CheckReport,
) -> Outcome {
    let options = Options {
        only_operations_of_base: true,
        component_names: true,
        ..Options::default()
    };
    let mut found = Vec::new();
    for slice in published::IN_FORCE {
        let published = slice.document();
        let mut diff = compare_with(&published, document, options);
        waivers.apply(&mut diff, &Operations::of(&published, document));
        found.push((published, diff));
    }
    let output = report.output.as_deref();
    write_to(output, "the differences", |out| {
        for (published, diff) in &found {
            let report_of_slice = Report {
                diff,
                base: published,
                revision: document,
                file,
                policy: None,
            };
            write(out, report.format, &report_of_slice)?;
        }
        Ok(())
    })?;
    let exits = found
        .iter()
        .map(|(_, diff)| exit_of(diff, Some(Class::Docs)));
    let exit = exits.fold(Exit::Success, Exit::or_worse);
    if let Some(path) = output {
        let verdict = match exit {
            Exit::Success => "no difference",
            Exit::Failed | Exit::Usage | Exit::Unreadable | Exit::Unproven => "differences",
        };
        anstream::println!("{verdict}: written to {}", path.display());
    }
    Ok(waivers.report_stale(exit))
}

fn write(out: &mut dyn Write, format: CheckFormat, report: &Report<'_>) -> io::Result<()> {
    let (slice, document) = (report.base.name(), report.revision.name());
    match format {
        CheckFormat::Text if report.diff.changes.is_empty() => {
            writeln!(out, "{slice}: no difference to {document}")
        }
        CheckFormat::Text => render::text::write(out, report),
        CheckFormat::Markdown => render::markdown::write(out, report),
        CheckFormat::Github => render::github::write(out, report),
    }
}
