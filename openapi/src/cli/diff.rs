//! `diff`: two documents compared by meaning, or all that match a pattern.

use std::io::{self, Write};
use std::path::Path;

use manual::Lines;

use super::all::{self, Folder};
use super::comparison::Session;
use super::exit::Outcome;
use super::options::{Diff, Format};
use super::output::{columns, length, write_to};
use super::threshold::{judge, threshold};
use crate::diff::Verdict;
use crate::render::{self, Report};

/// Compares the documents that the command line names, and writes the report.
///
/// # Errors
///
/// [`Failure`](super::Failure), when a document, the policy, the waivers or the command line is invalid.
pub fn run(arguments: &Diff) -> Outcome {
    let mut session = Session::of(&arguments.settings)?;
    let comparisons = match &arguments.all {
        Some(pattern) => {
            let base = Folder::of(&arguments.base)?;
            let revision = match &arguments.revision {
                Some(revision) => Folder::of(revision)?,
                None => base.as_it_is()?,
            };
            all::compare(&mut session, pattern, &base, &revision)?
        }
        // The command line requires both.
        None => {
            let revision = arguments.revision.as_deref().unwrap_or(Path::new(""));
            vec![session.compare(&arguments.base, revision)?]
        }
    };
    session.refuse_unmet()?;
    let grouping = arguments.group_by.into();
    let reports = comparisons.iter().map(|comparison| Report {
        grouping,
        ..comparison.report()
    });
    let reports: Vec<Report<'_>> = reports.collect();
    let output = arguments.output.as_deref();
    write_to(output, "the differences", |out| {
        write(out, arguments, &reports)
    })?;
    if let Some(path) = output {
        let verdicts = comparisons
            .iter()
            .map(|comparison| comparison.diff.verdict());
        let verdict = verdicts.max().unwrap_or(Verdict::Identical);
        anstream::println!("{}: written to {}", verdict.name(), path.display());
    }
    let judged = comparisons.iter().map(|comparison| {
        let threshold = threshold(arguments.fail_on, comparison.policy.as_ref());
        (&comparison.diff, threshold)
    });
    let ending = judge(&judged.collect::<Vec<_>>());
    let ending = session.waivers.report_stale(ending);
    if output.is_some() || arguments.format == Format::Text {
        ending.print();
    }
    Ok(ending.exit)
}

/// Returns a writer of lines that fit the terminal.
fn lines<'w>(out: &'w mut dyn Write, arguments: &Diff) -> Lines<'w> {
    Lines::new(out, columns(arguments.output.as_deref()))
}

fn write(out: &mut dyn Write, arguments: &Diff, reports: &[Report<'_>]) -> io::Result<()> {
    if arguments.all.is_some() {
        return match arguments.format {
            Format::Text => {
                let lines = &mut lines(out, arguments);
                let length = length(lines);
                render::text::write_all(lines, reports, length)
            }
            Format::Json => render::json::write_all(out, reports),
            Format::Markdown => render::markdown::write_all(out, reports),
            Format::Html => render::html::write_all(out, reports),
            Format::Junit => render::junit::write_all(out, reports),
            Format::Github => render::github::write_all(out, reports),
            Format::Sarif => render::sarif::write_all(out, reports),
        };
    }
    reports
        .iter()
        .try_for_each(|report| match arguments.format {
            Format::Text => {
                let lines = &mut lines(out, arguments);
                let length = length(lines);
                render::text::write_with(lines, report, length)
            }
            Format::Json => render::json::write(out, report),
            Format::Markdown => render::markdown::write(out, report),
            Format::Html => render::html::write(out, report),
            Format::Junit => render::junit::write(out, report),
            Format::Github => render::github::write(out, report),
            Format::Sarif => render::sarif::write(out, report),
        })
}
