//! `diff`: two documents compared by meaning.

use std::io::{self, Write};
use std::mem::ManuallyDrop;
use std::path::Path;

use super::exit::{Exit, Failure, Outcome};
use super::input;
use super::options::{Diff, Format};
use super::output::write_to;
use super::policy;
use super::threshold::{exit_of, threshold};
use super::waivers::ActiveWaivers;
use crate::diff::{Operations, Options, Policy, Selection, compare_with};
use crate::render::{self, Report};
use crate::shown::visible;

/// Compares the two documents that the command line names, and writes the report.
///
/// # Errors
///
/// [`Failure`], when a document, the waivers or the command line is invalid.
pub fn run(arguments: &Diff) -> Outcome {
    let standard_input = Path::new(input::STANDARD_INPUT);
    if arguments.base == standard_input && arguments.revision == standard_input {
        return Err(Failure::new(
            Exit::Usage,
            "standard input (-) can be the base or the revision, not both: give one as a file",
        ));
    }
    let mut waivers = ActiveWaivers::read(arguments.waivers.as_deref())?;
    let policy = policy::read(arguments.config.as_deref(), &arguments.revision)?;
    let policy = policy.as_ref();
    // The program ends after the report is written. Dropping documents of many megabytes would take as long as
    // comparing them.
    let base = ManuallyDrop::new(input::read_base(&arguments.base)?);
    let revision = ManuallyDrop::new(input::read(&arguments.revision)?);
    let options = Options {
        today: Some(waivers.today()),
        promised_from: (policy.and_then(Policy::promised_from))
            .unwrap_or(Options::default().promised_from),
        ..Options::default()
    };
    let mut diff = compare_with(&base, &revision, options);
    let operations = Operations::of(&base, &revision);
    let selection = Selection {
        include: arguments.include.clone(),
        exclude: arguments.exclude.clone(),
    };
    if let Some(unmet) = selection.unmet(&operations).next() {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "{}: no operation of either document meets it: `*` stands for any text, as in path=/v1/*",
                visible(&unmet.to_string())
            ),
        ));
    }
    selection.apply(&mut diff, &operations);
    if let Some(policy) = policy {
        policy.apply(&mut diff, &revision, &operations, waivers.today());
    }
    waivers.apply(&mut diff, &operations);
    let file = input::file_of(&arguments.revision);
    let report = Report {
        diff: &diff,
        base: &base,
        revision: &revision,
        file: file.as_deref(),
    };
    let output = arguments.output.as_deref();
    write_to(output, "the differences", |out| {
        write(out, arguments.format, &report)
    })?;
    if let Some(path) = output {
        anstream::println!("{}: written to {}", diff.verdict().name(), path.display());
    }
    Ok(waivers.report_stale(exit_of(&diff, threshold(arguments.fail_on, policy))))
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
