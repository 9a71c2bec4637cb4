//! One JSON object for programs: `verdict`, the two documents, `counts` of the classes, `version`, and `changes`.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use super::counts::{self, counts};
use super::report::Report;
use super::version::{self, Suggestion};
use crate::diff::{Change, Policy, Side, Verdict};
use crate::position::Position;

#[derive(Serialize)]
struct Comparison<'a> {
    verdict: Verdict,
    base: &'a str,
    revision: &'a str,
    counts: Map<String, Value>,
    /// How many changes are outside of the selection.
    left_out: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_file: Option<&'a str>,
    version: Suggestion,
    changes: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    change: &'a Change,
    base_place: Place<'a>,
    revision_place: Place<'a>,
}

/// Where a change is in the text of one document: what changed, or what would contain it there.
#[derive(Serialize)]
struct Place<'a> {
    pointer: Cow<'a, str>,
    file: String,
    #[serde(flatten)]
    position: Option<Position>,
}

/// Writes the comparison, followed by a newline.
///
/// # Errors
///
/// When the writer fails.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &comparison(report))?;
    writeln!(out)
}

/// Writes several comparisons, in the order of the documents' paths, as one object.
///
/// # Errors
///
/// When the writer fails.
pub fn write_all(out: &mut dyn Write, reports: &[Report<'_>]) -> io::Result<()> {
    #[derive(Serialize)]
    struct All<'a> {
        verdict: Verdict,
        documents: Vec<Comparison<'a>>,
    }
    let all = All {
        verdict: counts::of_all(reports).0,
        documents: reports.iter().map(comparison).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &all)?;
    writeln!(out)
}

fn comparison<'a>(report: &Report<'a>) -> Comparison<'a> {
    let counts = counts(report.diff)
        .into_iter()
        .map(|(name, count)| (name.to_owned(), Value::from(count)));
    let entries = report.placed().into_iter().map(|(change, place)| {
        let on = |side| Place {
            pointer: report.pointer_on(change, side),
            file: report.name_on(place, side).into_owned(),
            position: place.on(side).position,
        };
        Entry {
            change,
            base_place: on(Side::Base),
            revision_place: on(Side::Revision),
        }
    });
    Comparison {
        verdict: report.diff.verdict(),
        base: report.base.name(),
        revision: report.revision.name(),
        counts: counts.collect(),
        left_out: report.diff.left_out,
        policy_file: report.policy.map(Policy::name),
        version: version::suggestion(report),
        changes: entries.collect(),
    }
}
