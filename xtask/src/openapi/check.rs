//! `openapi check`: the emitted document against each published slice, in every class.

use std::io::{self, Write};
use std::path::Path;

use ::openapi::Document;
use ::openapi::diff::{Options, compare_with};
use ::openapi::published;
use ::openapi::render::{self, Report};

use super::waivers::Waiving;
use super::{emit, input};
use crate::cli::{Check, CheckFormat, CheckReport, FailOn};
use crate::exit::{Exit, Outcome};
use crate::programs::{self, Program};

pub(crate) fn run(arguments: &Check) -> Outcome {
    if let Some(path) = &arguments.document {
        return document(path, &arguments.report);
    }
    let waiving = Waiving::by(arguments.report.waivers.as_deref())?;
    let built = programs::build(&[Program::Server])?;
    emitted(&built.server()?, waiving, &arguments.report)
}

/// Checks the document that is named so on the command line.
pub(crate) fn document(path: &Path, report: &CheckReport) -> Outcome {
    let waiving = Waiving::by(report.waivers.as_deref())?;
    let document = input::read(path)?;
    super::refuse_defects(&document)?;
    let file = input::file_of(path);
    slices(&document, file.as_deref(), waiving, report)
}

/// The document that this server emits, and the file in which it is committed; told as text.
pub(crate) fn emitted_document(server: &Path, waiving: Waiving) -> Outcome {
    let report = CheckReport {
        format: CheckFormat::Text,
        output: None,
        waivers: None,
    };
    emitted(server, waiving, &report)
}

fn emitted(server: &Path, waiving: Waiving, report: &CheckReport) -> Outcome {
    let text = emit::emitted(server)?;
    let document = super::parse_own("what the server emits", &text)?;
    let of_slices = slices(&document, Some(emit::FILE), waiving, report)?;
    let committed = std::fs::read_to_string(emit::committed()).unwrap_or_default();
    if committed != text {
        anstream::println!(
            "{} is stale: run `cargo xtask openapi emit` and commit it",
            emit::FILE
        );
        return Ok(Exit::Failed);
    }
    Ok(of_slices)
}

/// Compares the document with each slice in force, for the slice's operations.
fn slices(
    document: &Document,
    file: Option<&str>,
    mut waiving: Waiving,
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
        waiving.apply(&mut diff);
        found.push((published, diff));
    }
    let output = report.output.as_deref();
    super::put("the differences", output, |out| {
        for (published, diff) in &found {
            let report_of_slice = Report {
                diff,
                base: published,
                revision: document,
                file,
            };
            write(out, report.format, &report_of_slice)?;
        }
        Ok(())
    })?;
    let exit = found
        .iter()
        .map(|(_, diff)| super::exit_of(diff, FailOn::Docs))
        .fold(Exit::Success, worse);
    if let Some(path) = output {
        let verdict = match exit {
            Exit::Success => "no difference",
            Exit::Failed | Exit::Usage | Exit::Unreadable | Exit::Unproven => "differences",
        };
        anstream::println!("{verdict}: written to {}", path.display());
    }
    Ok(waiving.conclude(exit))
}

fn worse(one: Exit, other: Exit) -> Exit {
    match (one, other) {
        (Exit::Failed, _) | (_, Exit::Failed) => Exit::Failed,
        (one, Exit::Success) => one,
        (_, other) => other,
    }
}

fn write(out: &mut dyn Write, format: CheckFormat, report: &Report<'_>) -> io::Result<()> {
    let (diff, slice, document) = (report.diff, report.base.name(), report.revision.name());
    match format {
        CheckFormat::Text if diff.changes.is_empty() => {
            writeln!(out, "{slice}: no difference to {document}")
        }
        CheckFormat::Text => render::text::write(out, diff, slice, document),
        CheckFormat::Markdown => render::markdown::write(out, report),
        CheckFormat::Github => render::github::write(out, report),
    }
}
