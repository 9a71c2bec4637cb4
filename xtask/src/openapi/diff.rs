//! `openapi diff`: two documents compared by meaning.

use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory as _;
use clap::error::ErrorKind;

use ::openapi::Document;
use ::openapi::diff::{self, compare};
use ::openapi::render;

use super::input;
use super::waivers::Waiving;
use crate::cli::{self, Diff, Format};
use crate::exit::{Failure, Outcome};

pub(crate) fn run(arguments: &Diff) -> Outcome {
    let standard_input = Path::new(input::STANDARD_INPUT);
    if arguments.base == standard_input && arguments.revision == standard_input {
        cli::Arguments::command()
            .error(
                ErrorKind::ArgumentConflict,
                "standard input (-) can be the base or the revision, not both: give one as a file",
            )
            .exit();
    }
    let mut waiving = Waiving::by(arguments.waivers.as_deref())?;
    let base = input::read(&arguments.base)?;
    let revision = input::read(&arguments.revision)?;
    let mut diff = compare(&base, &revision);
    waiving.apply(&mut diff);
    match &arguments.output {
        Some(path) => {
            to_file(path, arguments.format, &diff, &base, &revision)?;
            anstream::println!("{}: written to {}", diff.verdict().name(), path.display());
        }
        None => {
            let mut out = anstream::stdout().lock();
            let written = write(&mut out, arguments.format, &diff, &base, &revision);
            match written.and_then(|()| out.flush()) {
                // Whoever reads may stop reading; the verdict stands.
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    return Err(Failure::unreadable(format!(
                        "cannot write the differences: {error}"
                    )));
                }
                _ => {}
            }
        }
    }
    Ok(waiving.conclude(super::exit_of(&diff, arguments.fail_on)))
}

/// Writes the whole file at once, so that none is left half written by what fails before.
fn to_file(
    path: &Path,
    format: Format,
    diff: &diff::Diff,
    base: &Document,
    revision: &Document,
) -> Result<(), Failure> {
    let mut text = anstream::StripStream::new(Vec::new());
    write(&mut text, format, diff, base, revision)
        .and_then(|()| std::fs::write(path, text.into_inner()))
        .map_err(|error| {
            Failure::unreadable(format!(
                "cannot write the differences to {}: {error}: name a file in a folder that exists \
                 and can be written to",
                path.display()
            ))
        })
}

fn write(
    out: &mut dyn Write,
    format: Format,
    diff: &diff::Diff,
    base: &Document,
    revision: &Document,
) -> io::Result<()> {
    match format {
        Format::Text => render::text::write(out, diff, base.name(), revision.name()),
        Format::Json => render::json::write(out, diff, base.name(), revision.name()),
    }
}
