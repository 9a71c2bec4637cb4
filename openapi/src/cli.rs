//! The command line: documents from files, git and standard input; options, reports and exit codes.
//!
//! The program `oasproof` is [`oasproof`]. `cargo xtask openapi` has the same commands, made from the same parts.

pub mod check;
pub mod diff;
mod exit;
mod input;
pub mod list;
mod oasproof;
pub mod options;
mod output;
pub mod rules;
mod waivers;

pub use exit::{Exit, Failure, Outcome, conclude};
pub use input::read;
pub use oasproof::{command, oasproof};
pub use output::{print, write_to};
pub use waivers::ActiveWaivers;

use crate::diff::{Class, Diff};
use crate::{Document, published};
use options::FailOn;

/// Returns the version of this package and, below it, the embedded contract with its hash.
#[must_use]
pub fn version() -> String {
    let contract = published::fingerprints();
    format!("{}\n{contract}", env!("CARGO_PKG_VERSION"))
}

/// Parses a document.
///
/// # Errors
///
/// [`Exit::Unreadable`], with the place of the error.
pub fn parse(name: &str, text: &str) -> Result<Document, Failure> {
    Document::parse(name, text).map_err(|error| Failure::unreadable(error.to_string()))
}

/// Checks a document that is to be published against the whole specification. A comparison accepts more.
///
/// # Errors
///
/// [`Exit::Unreadable`], with the first defect.
pub fn refuse_defects(document: &Document) -> Result<(), Failure> {
    match document.defects().first() {
        None => Ok(()),
        Some(defect) => Err(Failure::unreadable(defect.to_string())),
    }
}

/// Returns the exit code of a comparison. Unproven differences fail, unless nothing is to fail.
fn exit_of(diff: &Diff, fail_on: FailOn) -> Exit {
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
