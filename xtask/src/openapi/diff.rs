//! `openapi diff`: two documents compared by meaning.

use std::io::{self, Write};
use std::mem::ManuallyDrop;
use std::path::Path;

use ::openapi::diff::{Options, compare_with};
use ::openapi::render::{self, Report};

use super::input;
use super::waivers::Waiving;
use crate::cli::{Diff, Format};
use crate::exit::{Exit, Failure, Outcome};

pub(crate) fn run(arguments: &Diff) -> Outcome {
    let standard_input = Path::new(input::STANDARD_INPUT);
    if arguments.base == standard_input && arguments.revision == standard_input {
        return Err(Failure::new(
            Exit::Usage,
            "standard input (-) can be the base or the revision, not both: give one as a file",
        ));
    }
    let mut waiving = Waiving::by(arguments.waivers.as_deref())?;
    // The program ends when the report is written; to take documents of many megabytes apart first
    // would cost as much as to compare them.
    let base = ManuallyDrop::new(input::read(&arguments.base)?);
    let revision = ManuallyDrop::new(input::read(&arguments.revision)?);
    let options = Options {
        today: Some(waiving.today()),
        ..Options::default()
    };
    let mut diff = compare_with(&base, &revision, options);
    waiving.apply(&mut diff);
    let file = input::file_of(&arguments.revision);
    let report = Report {
        diff: &diff,
        base: &base,
        revision: &revision,
        file: file.as_deref(),
    };
    let output = arguments.output.as_deref();
    super::put("the differences", output, |out| {
        write(out, arguments.format, &report)
    })?;
    if let Some(path) = output {
        anstream::println!("{}: written to {}", diff.verdict().name(), path.display());
    }
    Ok(waiving.conclude(super::exit_of(&diff, arguments.fail_on)))
}

fn write(out: &mut dyn Write, format: Format, report: &Report<'_>) -> io::Result<()> {
    let (diff, base, revision) = (report.diff, report.base.name(), report.revision.name());
    match format {
        Format::Text => render::text::write(out, diff, base, revision),
        Format::Json => render::json::write(out, diff, base, revision),
        Format::Markdown => render::markdown::write(out, report),
        Format::Html => render::html::write(out, report),
        Format::Junit => render::junit::write(out, report),
        Format::Github => render::github::write(out, report),
        Format::Sarif => render::sarif::write(out, report),
    }
}
