//! `check`: a document compared with what is published. Every class of difference fails.

use std::io::{self, Write};
use std::path::Path;

use manual::Lines;

use super::comparison::refuse_standard_input_twice;
use super::exit::{Ending, Exit, Failure, Outcome};
use super::git::Objects;
use super::input::{self, Access, Network, refuse_defects};
use super::options::{CheckFormat, CheckOptions};
use super::output::{columns, length, write_to};
use super::place;
use super::threshold::judge;
use super::waivers::ActiveWaivers;
use crate::diff::{Class, Operations, Options, compare_with};
use crate::published::{IN_FORCE, Slice};
use crate::render::{self, Report};
use crate::{DanglingReferences, Document};

/// Checks the document of this name.
///
/// # Errors
///
/// [`Failure`], when a document or the waivers file is invalid.
pub fn run(path: &Path, options: &CheckOptions) -> Outcome {
    let waivers = ActiveWaivers::read(options.waivers.as_deref())?;
    if let Some(published) = &options.published {
        refuse_standard_input_twice(published, path)?;
    }
    let published = published(options)?;
    let document = read(path, options, DanglingReferences::Refused)?;
    refuse_defects(&document)?;
    let file = place::file_of(path);
    let ending = document_against(published, &document, file.as_deref(), waivers, options)?;
    print_ending(&ending, options);
    Ok(ending.exit)
}

/// Prints the last line of a check, unless its report on standard output is for programs.
pub fn print_ending(ending: &Ending, options: &CheckOptions) {
    if options.output.is_some() || options.format == CheckFormat::Text {
        ending.print();
    }
}

/// Returns what is published: the document that the command line names, or the embedded slices in force.
///
/// # Errors
///
/// [`Failure`], when the document is invalid.
pub fn published(options: &CheckOptions) -> Result<Vec<Document>, Failure> {
    match &options.published {
        Some(path) => Ok(vec![read(path, options, DanglingReferences::Kept)?]),
        None => Ok(IN_FORCE.iter().map(Slice::document).collect()),
    }
}

fn read(
    path: &Path,
    options: &CheckOptions,
    dangling: DanglingReferences,
) -> Result<Document, Failure> {
    let access = Access {
        root: options.root.as_deref(),
        network: match options.allow_network {
            true => Network::Allowed,
            false => Network::Refused,
        },
    };
    input::read_with(access, &mut Objects::default(), path, dangling)
}

/// Compares a document with each of these, for their operations only, and writes the report.
///
/// # Errors
///
/// [`Failure`], when the report cannot be written.
pub fn document_against(
    published: Vec<Document>,
    document: &Document,
    file: Option<&str>,
    mut waivers: ActiveWaivers,
    report: &CheckOptions,
) -> Result<Ending, Failure> {
    let options = Options {
        only_operations_of_base: true,
        component_names: true,
        ..Options::default()
    };
    let compared = published.into_iter().map(|published| {
        let mut diff = compare_with(&published, document, options);
        waivers.apply(&mut diff, &Operations::of(&published, document));
        (published, diff)
    });
    let found: Vec<_> = compared.collect();
    let output = report.output.as_deref();
    write_to(output, "the differences", |out| {
        let width = match report.format {
            CheckFormat::Text => columns(output),
            CheckFormat::Markdown | CheckFormat::Github => None,
        };
        let out = &mut Lines::new(out, width);
        for (published, diff) in &found {
            let report_of_slice = Report {
                diff,
                base: published,
                revision: document,
                file,
                policy: None,
                grouping: render::Grouping::default(),
            };
            write(out, report.format, &report_of_slice)?;
        }
        Ok(())
    })?;
    let judged = found.iter().map(|(_, diff)| (diff, Some(Class::Docs)));
    let ending = judge(&judged.collect::<Vec<_>>());
    if let Some(path) = output {
        let verdict = match ending.exit {
            Exit::Success => "no difference",
            Exit::Failed | Exit::Usage | Exit::Unreadable | Exit::Unproven => "differences",
        };
        anstream::println!("{verdict}: written to {}", path.display());
    }
    Ok(waivers.report_stale(ending))
}

fn write(out: &mut Lines<'_>, format: CheckFormat, report: &Report<'_>) -> io::Result<()> {
    let (slice, document) = (report.base.name(), report.revision.name());
    match format {
        CheckFormat::Text if report.diff.changes.is_empty() => {
            writeln!(out, "{slice}: no difference to {document}")
        }
        CheckFormat::Text => {
            let length = length(out);
            render::text::write_with(out, report, length)
        }
        CheckFormat::Markdown => render::markdown::write(out, report),
        CheckFormat::Github => render::github::write(out, report),
    }
}
