//! One JSON object for programs: `verdict`, the two documents, `counts` of the classes, and `changes`.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use super::counts::counts;
use crate::diff::{Change, Diff, Verdict};

#[derive(Serialize)]
struct Report<'a> {
    verdict: Verdict,
    base: &'a str,
    revision: &'a str,
    counts: Map<String, Value>,
    changes: &'a [Change],
}

/// Writes the comparison of the documents called `base` and `revision`, followed by a newline.
///
/// # Errors
///
/// When the writer fails.
pub fn write(out: &mut dyn Write, diff: &Diff, base: &str, revision: &str) -> io::Result<()> {
    let counts = counts(diff)
        .into_iter()
        .map(|(name, count)| (name.to_owned(), Value::from(count)));
    let report = Report {
        verdict: diff.verdict(),
        base,
        revision,
        counts: counts.collect(),
        changes: &diff.changes,
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}
