//! Markdown as forges read it: a comment on a pull request, the summary of a job.

use std::io::{self, Write};

use serde_json::Value;

use super::counts::{self, CLASSES, OPERATIONS};
use super::report::{Place, Report};
use crate::diff::{Change, Class, Part};
use crate::shown::markdown::{code, words};
use crate::shown::visible;

/// A class that cannot break is folded when it has more changes than this.
const FOLDED: usize = 10;

/// A witness with more lines than this is folded.
const LINES: usize = 20;

/// The most bytes that are written: a comment on GitHub has at most 65,536 characters, and a longer one is rejected
/// as a whole.
const MOST: usize = 65_536;

/// Room for what follows the last change.
const CLOSING: usize = 512;

/// How much of each change is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    Full,
    /// Without what is folded otherwise.
    Brief,
}

/// Writes the comparison, as much of it as a comment on GitHub can contain. Where all is too much, folded lists are
/// left out first, then the last changes, whose number is shown.
///
/// # Errors
///
/// When the writer fails.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let full = page(report, Detail::Full)?;
    if full.len() <= MOST {
        return out.write_all(&full);
    }
    out.write_all(&page(report, Detail::Brief)?)
}

fn page(report: &Report<'_>, detail: Detail) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let (base, revision) = (report.base.name(), report.revision.name());
    writeln!(out, "## OpenAPI: {}\n", report.diff.verdict().name())?;
    if report.diff.changes.is_empty() {
        writeln!(out, "{} and {} mean the same.", code(base), code(revision))?;
        return Ok(out);
    }
    let summary = counts::summary(report.diff);
    writeln!(out, "{summary} from {} to {}.", code(base), code(revision))?;
    let placed = report.placed();
    let mut left_out = Vec::new();
    for class in CLASSES {
        let of_class: Vec<_> = (placed.iter())
            .filter(|(change, _)| change.class == class)
            .collect();
        let folded = of_class.len() > FOLDED && matches!(class, Class::Additive | Class::Docs);
        let mut section = Vec::new();
        writeln!(section, "\n### {}\n", counts::title(class))?;
        if folded {
            let count = of_class.len();
            writeln!(section, "<details><summary>{count} changes</summary>\n")?;
        }
        let mut written = 0;
        for (change, place) in &of_class {
            let mut one = Vec::new();
            write_change(&mut one, report, change, *place, detail)?;
            let length = out.len() + section.len() + one.len();
            // The gravest come first: nothing is shown after what did not fit.
            if detail == Detail::Brief && (length + CLOSING > MOST || !left_out.is_empty()) {
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
        if written < of_class.len() {
            left_out.push(format!("{} {}", of_class.len() - written, class.name()));
        }
    }
    if !left_out.is_empty() {
        writeln!(
            out,
            "\n**More changes are left out here: {}.** A comment holds no more; `--format html` shows all.",
            left_out.join(", ")
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
    let is_harmless = |first: char| first.is_alphabetic() || first == '`';
    if !change.message.to_string().starts_with(is_harmless) {
        // What begins with a digit, a hyphen or an equals sign could be a list or a heading.
        write!(out, "&#8203;")?;
    }
    for part in change.message.parts() {
        match part {
            Part::Code(name) => write!(out, "{}", code(name))?,
            text => write!(out, "{}", words(&text.to_string()))?,
        }
    }
    writeln!(out, "  ")?;
    writeln!(
        out,
        "  `{}` at {} ({})",
        change.rule,
        code(change.shown_location()),
        code(&report.shown(place))
    )?;
    if let Some(more) = counts::more_places(change) {
        writeln!(out, "  {more}")?;
    }
    if let Some(waived) = &change.waived {
        let reason = words(&waived.reason);
        writeln!(out, "\n  Waived until {}: {reason}", waived.expires)?;
    }
    if let Some(witness) = &change.witness {
        write_witness(out, witness, detail)?;
    }
    write_operations(out, &change.operations, detail)
}

fn write_witness(out: &mut dyn Write, witness: &Value, detail: Detail) -> io::Result<()> {
    let value = serde_json::to_string_pretty(witness)?;
    let lines = value.lines().count();
    let folded = lines > LINES;
    if folded && detail == Detail::Brief {
        return writeln!(out, "\n  An example of {lines} lines is left out here.");
    }
    if folded {
        writeln!(out, "\n  <details><summary>For example</summary>")?;
    } else {
        writeln!(out, "\n  For example:")?;
    }
    // No line of JSON consists of backticks, so none of it ends the block.
    writeln!(out, "\n  ```json")?;
    for line in value.lines() {
        writeln!(out, "  {}", visible(line))?;
    }
    writeln!(out, "  ```")?;
    if folded {
        writeln!(out, "\n  </details>")?;
    }
    Ok(())
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
