//! One JSON object for programs: `verdict`, the two documents, and `changes`.

use std::io::{self, Write};

use serde::Serialize;

use crate::diff::{Change, Diff, Verdict};

#[derive(Serialize)]
struct Report<'a> {
    verdict: Verdict,
    base: &'a str,
    revision: &'a str,
    changes: &'a [Change],
}

/// Writes the comparison of the documents called `base` and `revision`, followed by a newline.
///
/// # Errors
///
/// When the writer fails.
pub fn write(out: &mut dyn Write, diff: &Diff, base: &str, revision: &str) -> io::Result<()> {
    let report = Report {
        verdict: diff.verdict(),
        base,
        revision,
        changes: &diff.changes,
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}
