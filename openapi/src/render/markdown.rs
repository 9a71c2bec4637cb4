//! Markdown as forges read it: a comment on a pull request, the summary of a job.

use std::io::{self, Write};

use serde_json::Value;

use super::counts::{self, CLASSES, OPERATIONS};
use super::grouping::{Title, groups};
use super::report::{Grouping, Place, Report};
use crate::diff::{Change, Class, Part, Side};
use crate::shown::markdown::{code, words};
use crate::shown::{differing, visible};

/// A class that cannot break is folded when it has more changes than this.
const FOLDED: usize = 10;

/// The most bytes that are written: a comment on GitHub has at most 65,536 characters, and a longer one is rejected
/// as a whole.
const MOST: usize = 65_536;

/// Room for what follows the last change.
const CLOSING: usize = 512;

/// How much of each change is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    Full,
    /// Without what is folded otherwise, and without what was there and is there now.
    Brief,
}

/// Writes the comparison, as much of it as a comment on GitHub can contain. Where all is too much, folded lists are
/// left out first, then the last changes, whose number is shown.
///
/// # Errors
///
/// When the writer fails.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let full = page(report, Detail::Full, MOST)?;
    if full.len() <= MOST {
        return out.write_all(&full);
    }
    out.write_all(&page(report, Detail::Brief, MOST)?)
}

/// Writes the comparisons that found something, the gravest first, as much of all as a comment on GitHub can contain.
///
/// # Errors
///
/// When the writer fails.
pub fn write_all(out: &mut dyn Write, reports: &[Report<'_>]) -> io::Result<()> {
    let (verdict, summary) = counts::of_all(reports);
    let head = format!("# OpenAPI: {}\n\n{summary}.\n", verdict.name());
    let differing = counts::differing(reports);
    let full = differing
        .iter()
        .map(|report| page(report, Detail::Full, MOST));
    let full: Vec<Vec<u8>> = full.collect::<io::Result<_>>()?;
    let length: usize = full.iter().map(|page| page.len() + 1).sum();
    out.write_all(head.as_bytes())?;
    if head.len() + length <= MOST {
        for page in full {
            writeln!(out)?;
            out.write_all(&page)?;
        }
        return Ok(());
    }
    let mut room = MOST - head.len() - CLOSING;
    for (index, report) in differing.iter().enumerate() {
        let left = differing.len() - index;
        // What a document leaves is for those that follow.
        let page = page(report, Detail::Brief, (room / left).max(2 * CLOSING))?;
        if page.len() >= room {
            writeln!(
                out,
                "\n**{left} more documents differ.** A comment holds no more; `--format html` shows all."
            )?;
            break;
        }
        room -= page.len() + 1;
        writeln!(out)?;
        out.write_all(&page)?;
    }
    Ok(())
}

/// Returns a comparison; a brief one has about `most` bytes.
fn page(report: &Report<'_>, detail: Detail, most: usize) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let (base, revision) = (report.base.name(), report.revision.name());
    writeln!(out, "## OpenAPI: {}\n", report.diff.verdict().name())?;
    let is_same = report.diff.changes.is_empty() && report.diff.left_out == 0;
    if is_same {
        writeln!(out, "{} and {} mean the same.", code(base), code(revision))?;
    } else {
        let summary = counts::summary(report.diff);
        writeln!(out, "{summary} from {} to {}.", code(base), code(revision))?;
    }
    if let Some((name, fails)) = counts::policy(report) {
        writeln!(out, "\nPolicy: {}{fails}.", code(name))?;
    }
    if is_same {
        return Ok(out);
    }
    let mut left_out: Vec<Class> = Vec::new();
    for group in groups(report) {
        let count = group.changes.len();
        let folded = count > FOLDED && matches!(group.class, Class::Additive | Class::Docs);
        let mut section = Vec::new();
        writeln!(section, "\n### {}\n", heading(&group.title))?;
        if folded {
            writeln!(section, "<details><summary>{count} changes</summary>\n")?;
        }
        let mut written = 0;
        for (change, place) in &group.changes {
            let mut one = Vec::new();
            write_change(&mut one, report, change, *place, detail)?;
            let length = out.len() + section.len() + one.len();
            // The gravest come first: nothing is shown after what did not fit.
            if detail == Detail::Brief && (length + CLOSING > most || !left_out.is_empty()) {
                break;
            }
            section.append(&mut one);
            written += 1;
        }
        if folded {
            writeln!(section, "\n</details>")?;
        }
        if written > 0 {
            out.append(&mut section);
        }
        left_out.extend(
            group.changes[written..]
                .iter()
                .map(|(change, _)| change.class),
        );
    }
    if !left_out.is_empty() {
        let left_out = CLASSES.map(|class| {
            let count = left_out.iter().filter(|other| **other == class).count();
            (count > 0).then(|| format!("{count} {}", class.name()))
        });
        let left_out: Vec<String> = left_out.into_iter().flatten().collect();
        writeln!(
            out,
            "\n**More changes are left out here: {}.** A comment holds no more; `--format html` shows all.",
            left_out.join(", ")
        )?;
    }
    if detail == Detail::Brief {
        writeln!(
            out,
            "\nWhat was there and is there now is not shown here, nor are long lists; `--format html` shows all."
        )?;
    }
    Ok(out)
}

fn write_change(
    out: &mut dyn Write,
    report: &Report<'_>,
    change: &Change,
    place: Place<'_>,
    detail: Detail,
) -> io::Result<()> {
    write!(out, "- ")?;
    if report.grouping != Grouping::Class {
        write!(out, "**{}** ", change.class.name())?;
    }
    let is_harmless = |first: char| first.is_alphabetic() || first == '`';
    if !change.message.to_string().starts_with(is_harmless) {
        // What begins with a digit, a hyphen or an equals sign could be a list or a heading.
        write!(out, "&#8203;")?;
    }
    write_sentence(out, change)?;
    writeln!(out, "  ")?;
    writeln!(
        out,
        "  `{}` at {} ({})",
        change.rule,
        code(&change.shown_location()),
        code(&report.shown(place))
    )?;
    if let Some(more) = counts::more_places(change) {
        writeln!(out, "  {more}")?;
    }
    if let Some((how, why)) = counts::decided(change) {
        writeln!(
            out,
            "\n  **{}, {how}**: {}",
            change.class.name(),
            words(why)
        )?;
    }
    if let Some(waived) = &change.waived {
        let reason = words(&waived.reason);
        writeln!(out, "\n  Waived until {}: {reason}", waived.expires)?;
    }
    if let Some(witness) = change.shown_witness() {
        writeln!(out, "\n  For example:\n")?;
        write_block(out, "json", &[witness])?;
        if let (Detail::Full, Some(whole)) = (detail, change.whole_witness()) {
            writeln!(out, "\n  <details><summary>the whole value</summary>\n")?;
            write_block(out, "json", &whole)?;
            writeln!(out, "\n  </details>")?;
        }
    }
    if detail == Detail::Full {
        write_values(out, report, change)?;
    }
    write_operations(out, &change.operations, detail)
}

/// Returns the title of a group with its names as code.
pub(super) fn heading(title: &Title) -> String {
    let names: Vec<String> = title.names.iter().map(|name| code(name)).collect();
    names.join(", ") + &title.words
}

/// Writes the message of a change with its names as code.
pub(super) fn write_sentence(out: &mut dyn Write, change: &Change) -> io::Result<()> {
    for part in change.message.parts() {
        match part {
            Part::Code(name) => write!(out, "{}", code(name))?,
            text => write!(out, "{}", words(&text.to_string()))?,
        }
    }
    Ok(())
}

/// Writes what was there and what is there now.
fn write_values(out: &mut dyn Write, report: &Report<'_>, change: &Change) -> io::Result<()> {
    let [base, revision] = [Side::Base, Side::Revision].map(|side| report.value(change, side));
    let marked = |mark: &str, value: Option<&Value>, other: Option<&Value>| -> Vec<String> {
        let lines = value.map(|value| differing(value, other));
        let lines = lines.into_iter().flatten();
        lines.map(|line| format!("{mark} {line}")).collect()
    };
    let mut lines = marked("-", base, revision);
    lines.extend(marked("+", revision, base));
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    write_block(out, "diff", &lines)
}

/// Writes lines of JSON as a block. None of them consists of backticks, so none ends the block.
fn write_block(out: &mut dyn Write, language: &str, lines: &[String]) -> io::Result<()> {
    writeln!(out, "  ```{language}")?;
    for line in lines {
        writeln!(out, "  {}", visible(line))?;
    }
    writeln!(out, "  ```")
}

fn write_operations(out: &mut dyn Write, operations: &[String], detail: Detail) -> io::Result<()> {
    if operations.is_empty() {
        return Ok(());
    }
    let (shown, folded) = operations.split_at(operations.len().min(OPERATIONS));
    writeln!(out)?;
    for operation in shown {
        writeln!(out, "  - {}", code(operation))?;
    }
    let count = folded.len();
    match (count, detail) {
        (0, _) => {}
        (_, Detail::Brief) => writeln!(out, "  - and {count} more operations")?,
        (_, Detail::Full) => {
            writeln!(
                out,
                "\n  <details><summary>and {count} more operations</summary>\n"
            )?;
            for operation in folded {
                writeln!(out, "  - {}", code(operation))?;
            }
            writeln!(out, "\n  </details>")?;
        }
    }
    Ok(())
}
