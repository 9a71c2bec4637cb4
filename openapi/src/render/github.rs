//! Workflow commands of GitHub Actions: each change is an annotation at its line of the revision.

use std::io::{self, Write};

use super::counts::{self, OPERATIONS};
use super::report::{Place, Report};
use crate::diff::{Change, Class, Side};
use crate::shown::visible;
use crate::shown::workflow_command::{message, property};

/// Writes a command for each change, and the verdict as an ordinary line.
///
/// # Errors
///
/// When the writer fails.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    for (change, place) in report.placed() {
        write_change(out, report, change, place)?;
    }
    if let Some((name, fails)) = counts::policy(report) {
        writeln!(out, "policy: {}{fails}", visible(name))?;
    }
    let (base, revision) = (visible(report.base.name()), visible(report.revision.name()));
    let verdict = report.diff.verdict().name();
    if report.diff.changes.is_empty() && report.diff.left_out == 0 {
        return writeln!(out, "{verdict}: {base} and {revision} mean the same");
    }
    let summary = counts::summary(report.diff);
    writeln!(out, "{verdict}: {summary} from {base} to {revision}")
}

/// Writes the comparisons that found something, and how many found nothing.
///
/// # Errors
///
/// When the writer fails.
pub fn write_all(out: &mut dyn Write, reports: &[Report<'_>]) -> io::Result<()> {
    for report in counts::differing(reports) {
        write(out, report)?;
    }
    let (verdict, summary) = counts::of_all(reports);
    writeln!(out, "{}: {summary}", verdict.name())
}

fn write_change(
    out: &mut dyn Write,
    report: &Report<'_>,
    change: &Change,
    place: Place<'_>,
) -> io::Result<()> {
    let command = match change.counts_as() {
        Some(Class::Breaking) => "error",
        Some(Class::Unproven | Class::Warning) => "warning",
        Some(Class::Additive | Class::Docs) | None => "notice",
    };
    write!(out, "::{command} ")?;
    if let Some(file) = report.file_of(place) {
        write!(out, "file={},", property(&file))?;
        if let Some(position) = place.in_revision() {
            write!(out, "line={},col={},", position.line, position.column)?;
        }
    }
    let title = format!("{} {}", change.class.name(), change.rule);
    let text = text(report, change, place);
    writeln!(out, "title={}::{}", property(&title), message(&text))
}

fn text(report: &Report<'_>, change: &Change, place: Place<'_>) -> String {
    let mut lines = vec![change.message.to_string()];
    if let Some((how, why)) = counts::decided(change) {
        lines.push(format!("{}, {how}: {why}", change.class.name()));
    }
    if let Some(waived) = &change.waived {
        lines.push(format!(
            "waived until {}: {}",
            waived.expires, waived.reason
        ));
    }
    let location = change.shown_location();
    match place.side {
        Side::Revision => lines.push(format!("at {location}")),
        Side::Base => {
            let was = report.shown_on(place, Side::Base);
            lines.push(format!("at {location} of what was ({was})"));
        }
    }
    lines.extend(counts::more_places(change));
    if let Some(witness) = change.shown_witness() {
        lines.push(format!("for example {witness}"));
    }
    let shown = change.operations.iter().take(OPERATIONS);
    lines.extend(shown.map(|operation| format!("in {operation}")));
    if change.operations.len() > OPERATIONS {
        let more = change.operations.len() - OPERATIONS;
        lines.push(format!("and {more} more operations"));
    }
    let lines: Vec<_> = lines.iter().map(|line| visible(line)).collect();
    lines.join("\n")
}
