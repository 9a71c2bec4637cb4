//! The commands about OpenAPI documents.

pub(crate) mod check;
pub(crate) mod diff;
pub(crate) mod emit;
pub(crate) mod input;
pub(crate) mod list;
pub(crate) mod pull;
pub(crate) mod rules;
pub(crate) mod waivers;

use std::io::{self, Write};
use std::path::Path;

use ::openapi::Document;
use ::openapi::diff::{Class, Diff};

use crate::cli::FailOn;
use crate::exit::{Exit, Failure};

/// Parses a document; the error names place and remedy.
pub(crate) fn parse(name: &str, text: &str) -> Result<Document, Failure> {
    Document::parse(name, text).map_err(|error| Failure::unreadable(error.to_string()))
}

/// Parses a document that is to be published: of such a one, the specification is asked in full.
pub(crate) fn parse_own(name: &str, text: &str) -> Result<Document, Failure> {
    let document = parse(name, text)?;
    refuse_defects(&document)?;
    Ok(document)
}

/// Refuses a document that can be compared and still is not a valid one.
pub(crate) fn refuse_defects(document: &Document) -> Result<(), Failure> {
    match document.defects().first() {
        None => Ok(()),
        Some(defect) => Err(Failure::unreadable(defect.to_string())),
    }
}

/// Writes to standard output. Whoever reads may stop reading.
pub(crate) fn print(
    what: &str,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::unreadable(format!("cannot write {what}: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes to this file, or to standard output where none is named. A file is written as a whole, so that
/// what fails before leaves none half written.
pub(crate) fn put(
    what: &str,
    file: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let Some(path) = file else {
        return print(what, write);
    };
    let mut text = anstream::StripStream::new(Vec::new());
    write(&mut text)
        .and_then(|()| std::fs::write(path, text.into_inner()))
        .map_err(|error| {
            Failure::unreadable(format!(
                "cannot write {what} to {}: {error}: name a file in a folder that exists and can be \
                 written to",
                path.display()
            ))
        })
}

/// What a comparison comes to under a threshold. What is unproven fails closed, unless nothing
/// is to fail.
pub(crate) fn exit_of(diff: &Diff, fail_on: FailOn) -> Exit {
    let threshold = match fail_on {
        FailOn::Breaking => Class::Breaking,
        FailOn::Additive => Class::Additive,
        FailOn::Docs => Class::Docs,
        FailOn::None => return Exit::Success,
    };
    let mut unproven = false;
    for change in diff.counted() {
        if change.class == Class::Unproven {
            unproven = true;
        } else if change.class >= threshold {
            return Exit::Failed;
        }
    }
    if unproven {
        Exit::Unproven
    } else {
        Exit::Success
    }
}
