//! The report that is printed at the end of a run: the findings first, the totals and the exit code last.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::summary::Finding;
use super::{Report, summary};
use crate::event::{StepRecord, Verdict};
use crate::exit::ExitCode;
use openapi::shown::{visible as one_line, visible_lines};

const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// The verdicts, in the order in which they are counted.
const VERDICTS: [Verdict; 6] = [
    Verdict::Pass,
    Verdict::Fail,
    Verdict::Warn,
    Verdict::Skip,
    Verdict::Inconclusive,
    Verdict::Error,
];

/// The width of a column in which expected and actual are printed side by side.
const COLUMN: usize = 48;

/// The number of findings that are shown with their details.
const SHOWN: usize = 5;

/// The number of further findings that are shown in a line.
const FOLDED: usize = 20;

/// The number of characters of the cause of such a finding.
const BEGINNING: usize = 200;

/// The number of slowest cases that are listed.
const SLOWEST: usize = 5;

/// The number of lines of suggested waivers that are printed: those of two.
const WAIVER_LINES: usize = 8;

/// Renders the report with ANSI colours. The caller strips them for a file or a pipe, as `anstream` does.
///
/// # Errors
/// When `out` cannot be written to.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let run = &report.run;
    writeln!(
        out,
        "{BOLD}conformance{BOLD:#} {} against {}",
        one_line(&run.suite.version),
        one_line(&run.target)
    )?;
    writeln!(
        out,
        "{DIM}{} {}, sha256 {}{DIM:#}",
        one_line(&run.contract.title),
        one_line(&run.contract.version),
        one_line(&run.contract.sha256)
    )?;
    let selection = &run.selection;
    write!(
        out,
        "{} of {} cases, effects up to {}",
        selection.selected,
        selection.catalogue,
        selection.allow.name()
    )?;
    if !selection.filter.is_empty() {
        write!(out, ", filter {}", one_line(&selection.filter.join(" ")))?;
    }
    writeln!(out, "\n")?;

    let findings = summary::findings(report);
    let (shown, folded) = findings.split_at(findings.len().min(SHOWN));
    for one in shown {
        finding(one, out)?;
    }
    for one in folded.iter().take(FOLDED) {
        fold(one, out)?;
    }
    if folded.len() > FOLDED {
        writeln!(
            out,
            "and {} more: see report.html",
            summary::count(folded.len() - FOLDED, "finding")
        )?;
    }
    if !folded.is_empty() {
        writeln!(out)?;
    }
    if (shown.iter()).any(|one| summary::decisive_exchange(one.case).is_some()) {
        credentials(report, out)?;
    }
    skips(report, out)?;
    slowest(report, out)?;
    coverage(report, out)?;
    totals(report, out)
}

/// Lists the sources of the credentials in the curl commands above.
fn credentials(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{DIM}The curl commands read credentials from environment variables:{DIM:#}"
    )?;
    for credential in summary::credentials(report) {
        let variable = &credential.variable;
        match &credential.file {
            Some(file) => {
                let file = one_line(file).replace('\'', r"'\''");
                writeln!(out, "  export {variable}=\"$(cat '{file}')\"")?;
            }
            None => writeln!(out, "  {variable}: {}", credential.name)?,
        }
    }
    writeln!(
        out,
        "{DIM}The suite has revoked the tokens that it minted ($MINTED_TOKEN_…): mint a new one to repeat such a command.{DIM:#}\n"
    )
}

/// Lists the slowest cases.
fn slowest(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let slowest = summary::slowest(report, SLOWEST);
    if slowest.is_empty() {
        return Ok(());
    }
    writeln!(out, "{DIM}slowest cases{DIM:#}")?;
    for case in slowest {
        writeln!(
            out,
            "  {:>8}  {}",
            summary::duration(case.duration_ms),
            one_line(&case.id)
        )?;
    }
    writeln!(out)
}

/// Writes one finding in a line.
fn fold(finding: &Finding<'_>, out: &mut dyn Write) -> io::Result<()> {
    let case = finding.case;
    let why = case.cause.as_ref().unwrap_or(&case.reason);
    let beginning: String = why.chars().take(BEGINNING).collect();
    let style = style_of(case.verdict);
    writeln!(
        out,
        "{style}{}{style:#} {} {BOLD}{}{BOLD:#}{}: {}",
        case.verdict.name(),
        case.level.name(),
        one_line(&case.id),
        finding.and_more(),
        one_line(&beginning)
    )
}

/// Writes one finding: the clause, expected and actual, and the curl command.
fn finding(finding: &Finding<'_>, out: &mut dyn Write) -> io::Result<()> {
    let case = finding.case;
    let style = style_of(case.verdict);
    writeln!(
        out,
        "{style}{}{style:#} {} {BOLD}{}{BOLD:#}{}",
        case.verdict.name(),
        case.level.name(),
        one_line(&case.id),
        finding.and_more()
    )?;
    if let Some(cause) = finding.cause() {
        writeln!(out, "  {BOLD}{}{BOLD:#}", one_line(cause))?;
        for line in wrapped(&one_line(&finding.other_ids()), 100) {
            writeln!(out, "  {DIM}{line}{DIM:#}")?;
        }
    }
    writeln!(out, "  {DIM}{}:{DIM:#}", one_line(&case.clause.source))?;
    for line in wrapped(&visible_lines(&case.clause.text), 100) {
        writeln!(out, "  {DIM}| {line}{DIM:#}")?;
    }
    match summary::decisive_step(case) {
        Some(step) => compare(step, out)?,
        None => writeln!(out, "  {}", one_line(&case.reason))?,
    }
    if let Some(exchange) = summary::decisive_exchange(case) {
        writeln!(out, "  {}", visible_lines(&exchange.curl))?;
    }
    writeln!(out)
}

/// Writes expected and actual: side by side if both are short, otherwise one below the other.
fn compare(step: &StepRecord, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {}", one_line(&step.what))?;
    let (expected, actual) = (one_line(&step.expected), one_line(&step.actual));
    if expected.chars().count() <= COLUMN && actual.chars().count() <= COLUMN {
        writeln!(
            out,
            "  {GREEN}expected{GREEN:#} {expected:<COLUMN$}  {RED}actual{RED:#} {actual}"
        )
    } else {
        writeln!(out, "  {GREEN}expected{GREEN:#} {expected}")?;
        writeln!(out, "  {RED}actual  {RED:#} {actual}")
    }
}

/// Writes the skipped cases, by reason.
fn skips(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for skip in summary::skips(report) {
        let style = style_of(Verdict::Skip);
        writeln!(
            out,
            "{style}skip{style:#} {} ({} MUST): {}",
            summary::count(skip.cases.len(), "case"),
            summary::musts(&skip.cases),
            one_line(&skip.reason())
        )?;
        for line in wrapped(&one_line(&skip.ids()), 100) {
            writeln!(out, "  {DIM}{line}{DIM:#}")?;
        }
        writeln!(out)?;
    }
    if let Some(waivers) = summary::suggested_waivers(report) {
        writeln!(
            out,
            "To accept that cases are skipped, add waivers to the profile:"
        )?;
        let lines: Vec<&str> = waivers.lines().collect();
        for line in lines.iter().take(WAIVER_LINES) {
            writeln!(out, "  {}", one_line(line))?;
        }
        if lines.len() > WAIVER_LINES {
            writeln!(out, "  … the others are in summary.md")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Writes how much of the contract the run observed, and the parts that it did not.
fn coverage(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let Some(coverage) = summary::coverage(report) else {
        return Ok(());
    };
    writeln!(
        out,
        "{DIM}coverage{DIM:#} {} of {} parts of the contract observed, {} exercised",
        coverage.observed, coverage.declared, coverage.exercised
    )?;
    let missing: Vec<String> = (coverage.parts.iter())
        .filter(|part| !part.observed)
        .map(|part| one_line(&part.name).into_owned())
        .collect();
    if !missing.is_empty() {
        for line in wrapped(&format!("not observed: {}", missing.join(", ")), 100) {
            writeln!(out, "  {YELLOW}{line}{YELLOW:#}")?;
        }
    }
    for one in &coverage.undocumented {
        writeln!(
            out,
            "  {YELLOW}not in the contract: {} from {}, {} times{YELLOW:#}",
            one.status,
            one_line(&one.operation),
            one.times
        )?;
    }
    writeln!(out)
}

fn totals(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let totals = report.totals;
    let shown = (VERDICTS.into_iter())
        .filter(|verdict| totals.with(*verdict) > 0 || *verdict == Verdict::Pass);
    let words = shown.map(|verdict| {
        let style = style_of(verdict);
        format!(
            "{style}{} {}{style:#}",
            totals.with(verdict),
            verdict.name()
        )
    });
    write!(
        out,
        "{} cases: {}",
        totals.cases,
        words.collect::<Vec<_>>().join(", ")
    )?;
    let Some(end) = &report.end else {
        return writeln!(
            out,
            "\n{RED}cut off{RED:#}: the run did not finish, so this report is not valid"
        );
    };
    writeln!(
        out,
        "; {} requests in {}",
        end.requests,
        summary::duration(end.duration_ms)
    )?;
    for token in &end.left_behind {
        writeln!(
            out,
            "{RED}left behind{RED:#} token {} of the {}: {}",
            one_line(&token.token_id),
            one_line(&token.owner),
            one_line(&token.reason)
        )?;
    }
    if let Some(why) = summary::incomplete(report) {
        writeln!(out, "{RED}incomplete{RED:#}: {why}")?;
    }
    let style = if end.exit.name == ExitCode::Conformant {
        GREEN
    } else {
        RED
    };
    writeln!(
        out,
        "{style}exit {}{style:#}: {}",
        end.exit.code,
        one_line(&end.exit.meaning)
    )?;
    writeln!(out, "  {}", one_line(&end.exit.reason))
}

fn style_of(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Pass => GREEN,
        Verdict::Fail | Verdict::Error => RED,
        Verdict::Warn | Verdict::Inconclusive | Verdict::Skip => YELLOW,
    }
}

/// Breaks a text between words into lines of at most `width` characters.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
