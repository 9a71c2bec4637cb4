//! One input tried: read, compared both ways and with itself, written in every format.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use openapi::diff::{Diff, compare};
use openapi::render::{self, Report};
use openapi::{Document, DocumentError};
use serde::{Deserialize, Serialize};

use super::input::{Input, Text};

/// An input that takes longer is a find.
const SLOW: Duration = Duration::from_secs(2);

/// What a trial came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Trial {
    /// At least one of the texts was refused.
    Refused,
    /// Both were read and compared.
    Compared,
    /// What must not happen.
    Find {
        /// In a few words, the same for finds of one cause.
        what: String,
        /// The rest.
        detail: String,
    },
}

/// The last panic's message and place: a hook hears of it, who catches it does not.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// Keeps panics for [`trial`] in place of printing them.
pub(super) fn keep_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let text = panic.to_string().replace('\n', " ");
        if let Ok(mut last) = PANIC.lock() {
            *last = text;
        }
    }));
}

/// Tries an input.
pub(super) fn trial(input: &Input) -> Trial {
    let started = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(|| compared(input)));
    let took = started.elapsed();
    match outcome {
        Err(_) => {
            let text = PANIC.lock().map(|text| text.clone()).unwrap_or_default();
            let place = text.split(": ").next().unwrap_or_default();
            Trial::Find {
                what: place.to_owned(),
                detail: text,
            }
        }
        Ok(Err(broken)) => broken,
        Ok(Ok(_)) if took > SLOW => Trial::Find {
            what: "slow".to_owned(),
            detail: format!("{took:.1?}"),
        },
        Ok(Ok(true)) => Trial::Compared,
        Ok(Ok(false)) => Trial::Refused,
    }
}

/// Whether both were documents; an error says what should have held.
fn compared(input: &Input) -> Result<bool, Trial> {
    let base = read(&input.base);
    let revision = read(&input.revision);
    for document in [&base, &revision] {
        match document {
            Ok(document) => with_itself(document)?,
            Err(error) if error.message.is_empty() => {
                return Err(find("an error that says nothing", error));
            }
            Err(_) => {}
        }
    }
    let (Ok(base), Ok(revision)) = (base, revision) else {
        return Ok(false);
    };
    for (base, revision) in [(&base, &revision), (&revision, &base)] {
        write_all(&compare(base, revision), base, revision)
            .map_err(|error| find("a format that cannot be written", &error))?;
    }
    Ok(true)
}

fn read(text: &Text) -> Result<Document, DocumentError> {
    Document::parse(text.name, &text.text)
}

/// A document written out again means what it meant.
fn with_itself(document: &Document) -> Result<(), Trial> {
    let _ = document.defects();
    let again = serde_json::to_string(document.value()).unwrap_or_default();
    let again = match Document::parse("again.json", &again) {
        Ok(again) => again,
        // YAML is read to a greater depth than JSON.
        Err(error) if error.message.contains("recursion limit") => return Ok(()),
        Err(error) => return Err(find("a document that cannot be read again", &error)),
    };
    let diff = compare(document, &again);
    match diff.changes.first() {
        None => Ok(()),
        Some(change) => Err(find(
            "a document that differs from itself",
            &format!("{}: {}", change.location, change.message),
        )),
    }
}

fn find(what: &str, detail: &impl std::fmt::Display) -> Trial {
    Trial::Find {
        what: what.to_owned(),
        detail: detail.to_string(),
    }
}

fn write_all(diff: &Diff, base: &Document, revision: &Document) -> io::Result<()> {
    let report = Report {
        diff,
        base,
        revision,
        file: Some("document.json"),
    };
    let mut out = Vec::new();
    render::text::write(&mut out, diff, base.name(), revision.name())?;
    render::json::write(&mut out, diff, base.name(), revision.name())?;
    render::markdown::write(&mut out, &report)?;
    render::html::write(&mut out, &report)?;
    render::junit::write(&mut out, &report)?;
    render::github::write(&mut out, &report)?;
    render::sarif::write(&mut out, &report)
}
