//! The trial of one input: read, compared both ways and with itself, rendered in every format.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use openapi::diff::{Diff, compare};
use openapi::render::{self, Report};
use openapi::{Document, DocumentError};
use serde::{Deserialize, Serialize};

use crate::input::{Input, Text};

/// The time after which an input is a finding.
const SLOW: Duration = Duration::from_secs(2);

/// The result of a trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Trial {
    /// At least one of the texts was refused.
    Refused,
    /// Both were read and compared.
    Compared,
    /// A defect.
    Finding {
        /// A short description, the same for all findings of one cause.
        what: String,
        /// The details of this one.
        detail: String,
    },
}

/// The last panic's message and place, which only a hook receives.
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
    let outcome = catch_unwind(AssertUnwindSafe(|| compare_input(input)));
    let took = started.elapsed();
    match outcome {
        Err(_) => {
            let text = PANIC.lock().map(|text| text.clone()).unwrap_or_default();
            let place = text.split(": ").next().unwrap_or_default();
            Trial::Finding {
                what: place.to_owned(),
                detail: text,
            }
        }
        Ok(Err(broken)) => broken,
        Ok(Ok(_)) if took > SLOW => Trial::Finding {
            what: "slow".to_owned(),
            detail: format!("{took:.1?}"),
        },
        Ok(Ok(true)) => Trial::Compared,
        Ok(Ok(false)) => Trial::Refused,
    }
}

/// Compares the input; returns whether both texts are documents, or what went wrong.
fn compare_input(input: &Input) -> Result<bool, Trial> {
    let base = read(&input.base);
    let revision = read(&input.revision);
    for document in [&base, &revision] {
        match document {
            Ok(document) => with_itself(document)?,
            Err(error) if error.message.is_empty() => {
                return Err(finding("an error without a message", error));
            }
            Err(_) => {}
        }
    }
    let (Ok(base), Ok(revision)) = (base, revision) else {
        return Ok(false);
    };
    for (base, revision) in [(&base, &revision), (&revision, &base)] {
        write_all(&compare(base, revision), base, revision)
            .map_err(|error| finding("a report that cannot be rendered", &error))?;
    }
    Ok(true)
}

fn read(text: &Text) -> Result<Document, DocumentError> {
    Document::parse(text.name, &text.text)
}

/// Checks that a document that is written and read again is the same.
fn with_itself(document: &Document) -> Result<(), Trial> {
    let _ = document.defects();
    let again = serde_json::to_string(document.value()).unwrap_or_default();
    let again = match Document::parse("again.json", &again) {
        Ok(again) => again,
        // YAML is read to a greater depth than JSON.
        Err(error) if error.message.contains("recursion limit") => return Ok(()),
        Err(error) => return Err(finding("a document that cannot be read again", &error)),
    };
    let diff = compare(document, &again);
    match diff.changes.first() {
        None => Ok(()),
        Some(change) => Err(finding(
            "a document that differs from itself",
            &format!("{}: {}", change.location, change.message),
        )),
    }
}

fn finding(what: &str, detail: &impl std::fmt::Display) -> Trial {
    Trial::Finding {
        what: what.to_owned(),
        detail: detail.to_string(),
    }
}

/// Renders a comparison in every format.
fn write_all(diff: &Diff, base: &Document, revision: &Document) -> io::Result<()> {
    let report = Report {
        diff,
        base,
        revision,
        file: Some("document.json"),
        policy: None,
        grouping: render::Grouping::default(),
    };
    let mut out = Vec::new();
    render::text::write(&mut out, &report)?;
    render::json::write(&mut out, &report)?;
    render::markdown::write(&mut out, &report)?;
    render::html::write(&mut out, &report)?;
    render::junit::write(&mut out, &report)?;
    render::github::write(&mut out, &report)?;
    render::sarif::write(&mut out, &report)
}
