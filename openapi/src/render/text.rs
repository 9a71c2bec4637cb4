//! Plain text for a terminal or a log.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::counts::{self, OPERATIONS};
use super::grouping::{Group, groups};
use super::report::{Grouping, Place, Report};
use crate::diff::{Change, Class};
use crate::shown::visible;

/// How much of a long report is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Length {
    /// Every change, for a file or another program.
    #[default]
    Whole,
    /// As much as a person reads in a terminal: of many changes that cannot break, the first.
    Folded,
}

/// How many changes of a class that cannot break are written before the others are folded.
const FOLDED: usize = 20;

/// Writes the whole comparison. Styles are ANSI escapes, which a writer that is not a terminal strips.
///
/// # Errors
///
/// When the writer fails.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    write_with(out, report, Length::Whole)
}

/// Writes as much of the comparison as is asked for.
///
/// # Errors
///
/// When the writer fails.
pub fn write_with(out: &mut dyn Write, report: &Report<'_>, length: Length) -> io::Result<()> {
    for group in groups(report) {
        write_group(out, report, &group, length)?;
    }
    let diff = report.diff;
    if let Some((name, fails)) = counts::policy(report) {
        writeln!(out, "policy: {}{fails}", visible(name))?;
    }
    let (base, revision) = (visible(report.base.name()), visible(report.revision.name()));
    if diff.changes.is_empty() && diff.left_out == 0 {
        return writeln!(out, "identical: {base} and {revision} mean the same");
    }
    let bold = Style::new().bold();
    writeln!(
        out,
        "{bold}{}{bold:#}: {} from {base} to {revision}",
        diff.verdict().name(),
        counts::summary(diff)
    )
}

/// Writes the comparisons that found something, and how many found nothing.
///
/// # Errors
///
/// When the writer fails.
pub fn write_all(out: &mut dyn Write, reports: &[Report<'_>], length: Length) -> io::Result<()> {
    for report in counts::differing(reports) {
        write_with(out, report, length)?;
        writeln!(out)?;
    }
    let (verdict, summary) = counts::of_all(reports);
    let bold = Style::new().bold();
    writeln!(out, "{bold}{}{bold:#}: {summary}", verdict.name())
}

/// Where what is folded is.
const IN_JSON: &str = "(`diff --format json` has all)";

pub(super) fn style_of(class: Class) -> Style {
    let colour = match class {
        Class::Breaking => AnsiColor::Red,
        Class::Unproven => AnsiColor::Yellow,
        Class::Warning => AnsiColor::Magenta,
        Class::Additive => AnsiColor::Green,
        Class::Docs => AnsiColor::Cyan,
    };
    colour.on_default().bold()
}

fn write_group(
    out: &mut dyn Write,
    report: &Report<'_>,
    group: &Group<'_>,
    length: Length,
) -> io::Result<()> {
    if report.grouping != Grouping::Class {
        let bold = Style::new().bold();
        writeln!(out, "{bold}{}{bold:#}\n", visible(&group.title.text()))?;
    }
    let is_folded = length == Length::Folded && group.class <= Class::Additive;
    let most = if is_folded { FOLDED } else { usize::MAX };
    for (change, place) in group.changes.iter().take(most) {
        write_change(out, report, change, *place)?;
    }
    match group.changes.len().saturating_sub(most) {
        0 => Ok(()),
        more => writeln!(
            out,
            "… {more} more that break nothing: a file (`--output`) or a pipe gets all\n"
        ),
    }
}

fn write_change(
    out: &mut dyn Write,
    report: &Report<'_>,
    change: &Change,
    place: Place<'_>,
) -> io::Result<()> {
    let dim = Style::new().dimmed();
    let style = change.counts_as().map_or(dim, style_of);
    let mark = change.waived.as_ref().map_or("", |_| "waived, ");
    let decided = counts::decided(change);
    let how = decided.as_ref().map(|(how, _)| format!(", {how}:"));
    writeln!(
        out,
        "{style}{mark}{}{}{style:#} {} {dim}[{}]{dim:#}",
        change.class.name(),
        how.unwrap_or_default(),
        visible(&change.message.to_string()),
        change.rule
    )?;
    if let Some((_, why)) = decided {
        writeln!(out, "    by {}", visible(why))?;
    }
    if let Some(waived) = &change.waived {
        writeln!(
            out,
            "    waived until {}: {}",
            waived.expires,
            visible(&waived.reason)
        )?;
    }
    writeln!(out, "    at {}", visible(&change.shown_location()))?;
    writeln!(out, "    in {}", visible(&report.shown(place)))?;
    if let Some(more) = counts::more_places(change) {
        writeln!(out, "    {more} {dim}{IN_JSON}{dim:#}")?;
    }
    if let Some(witness) = change.shown_witness() {
        write!(out, "    for example {}", visible(&witness))?;
        match change.whole_witness() {
            Some(_) => writeln!(out, " {dim}{IN_JSON}{dim:#}")?,
            None => writeln!(out)?,
        }
    }
    for operation in change.operations.iter().take(OPERATIONS) {
        writeln!(out, "    in {}", visible(operation))?;
    }
    if change.operations.len() > OPERATIONS {
        writeln!(
            out,
            "    and {} more operations {dim}{IN_JSON}{dim:#}",
            change.operations.len() - OPERATIONS
        )?;
    }
    writeln!(out)
}
