//! The words that the terminal and the Markdown format share.

use serde_json::Value;

use super::record::{Change, Comparison, Side};
use crate::event::Verdict;
use crate::report::duration;

/// Returns the title of a group of changes.
pub(super) fn title(change: Change) -> &'static str {
    match change {
        Change::Worse => "worse",
        Change::Undecided => "no longer decided",
        Change::Gone => "removed",
        Change::Better => "better",
        Change::Decided => "decided now",
        Change::New => "new",
    }
}

/// The changes, in the order of the report.
pub(super) const CHANGES: [Change; 6] = [
    Change::Worse,
    Change::Undecided,
    Change::Gone,
    Change::Better,
    Change::Decided,
    Change::New,
];

/// Formats the verdicts of a case: `pass → fail`.
pub(super) fn step(a: Option<Verdict>, b: Option<Verdict>) -> String {
    match (a, b) {
        (Some(a), Some(b)) => format!("{} → {}", a.name(), b.name()),
        (Some(only), None) | (None, Some(only)) => only.name().to_owned(),
        (None, None) => String::new(),
    }
}

/// Formats the value of a condition.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// A row of the table of both runs: its label, the value in A, the value in B.
pub(super) type Row = (&'static str, String, String);

/// Returns the rows of the table of both runs.
pub(super) fn rows(comparison: &Comparison) -> Vec<Row> {
    let row = |label: &'static str, of: fn(&Side) -> String| {
        (label, of(&comparison.a), of(&comparison.b))
    };
    let mut rows = vec![
        row("target", |side| side.target.clone()),
        row("started", |side| {
            side.started_at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
        }),
        row("exit code", |side| {
            (side.exit_code).map_or_else(|| "cut off".to_owned(), |code| code.to_string())
        }),
        row("cases", |side| {
            format!("{} of {} pass", side.totals.pass, side.totals.cases)
        }),
        row("time", |side| {
            side.duration_ms.map_or_else(|| "-".to_owned(), duration)
        }),
        row("requests", |side| {
            (side.requests).map_or_else(|| "-".to_owned(), |requests| requests.to_string())
        }),
    ];
    if comparison.a.declared.is_some() || comparison.b.declared.is_some() {
        rows.push(row("coverage", |side| {
            match (side.observed, side.declared) {
                (Some(observed), Some(declared)) => {
                    format!("{observed} of {declared} parts observed")
                }
                (_, _) => "-".to_owned(),
            }
        }));
    }
    rows
}
