//! The findings, worst first: the first ones with their details, the others in a line.

use std::io::{self, Write};

use super::style::{BOLD, DIM, GREEN, RED, style_of, wrapped};
use crate::event::StepRecord;
use crate::report::summary::Finding;
use crate::report::{Report, summary};
use manual::Lines;
use openapi::shown::{visible as one_line, visible_lines};

/// The width of a report that is not written to a terminal.
const USUAL: usize = 100;

/// The most characters of what was expected, where what was found is beside it.
const COLUMN: usize = 48;

/// The number of findings that are shown with their details.
const SHOWN: usize = 5;

/// The number of further findings that are shown in a line.
const FOLDED: usize = 20;

/// The number of characters of the cause of such a finding.
const BEGINNING: usize = 200;

/// Writes the findings, and the sources of the credentials in their curl commands.
pub(super) fn render(report: &Report, out: &mut Lines<'_>) -> io::Result<()> {
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
            "… {} more are in report.html",
            summary::count(folded.len() - FOLDED, "finding")
        )?;
    }
    if !folded.is_empty() {
        writeln!(out)?;
    }
    let commands = shown
        .iter()
        .filter_map(|one| summary::decisive_exchange(one.case));
    let commands: Vec<&str> = commands.map(|exchange| exchange.curl.as_str()).collect();
    if !commands.is_empty() {
        credentials(report, &commands, out)?;
    }
    Ok(())
}

/// Lists the sources of the credentials in the curl commands above.
fn credentials(report: &Report, commands: &[&str], out: &mut Lines<'_>) -> io::Result<()> {
    writeln!(
        out,
        "{DIM}The curl commands read credentials from environment variables:{DIM:#}"
    )?;
    for credential in summary::credentials(report) {
        let variable = &credential.variable;
        let named = format!("\"${variable}\"");
        if !commands.iter().any(|command| command.contains(&named)) {
            continue;
        }
        match &credential.file {
            Some(file) => {
                let file = one_line(file).replace('\'', r"'\''");
                out.verbatim(&format!("  export {variable}=\"$(cat '{file}')\""))?;
            }
            None => writeln!(out, "  {variable}: {}", credential.name)?,
        }
    }
    writeln!(
        out,
        "{DIM}They mint new tokens ($MINTED_TOKEN_…) in place of those that the suite has used up and revoked.{DIM:#}\n"
    )
}

/// Writes one finding in a line.
fn fold(finding: &Finding<'_>, out: &mut Lines<'_>) -> io::Result<()> {
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
fn finding(finding: &Finding<'_>, out: &mut Lines<'_>) -> io::Result<()> {
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
        writeln!(out, "  {BOLD}{}{BOLD:#}", one_line(&cause))?;
        if !finding.others.is_empty() {
            writeln!(out, "  {DIM}{}{DIM:#}", one_line(&finding.other_ids()))?;
        }
    }
    writeln!(
        out,
        "  {DIM}{}{}:{DIM:#}",
        finding.undecided(),
        one_line(&case.clause.source)
    )?;
    let width = out.width().unwrap_or(USUAL).min(USUAL);
    for line in wrapped(&visible_lines(&case.clause.text), width.saturating_sub(4)) {
        writeln!(out, "  {DIM}| {line}{DIM:#}")?;
    }
    match summary::decisive_step(case) {
        Some(step) => compare(step, out)?,
        None => writeln!(out, "  {}", one_line(&case.reason))?,
    }
    if let Some(exchange) = summary::decisive_exchange(case) {
        for line in visible_lines(&exchange.curl).lines() {
            out.verbatim(&format!("  {line}"))?;
        }
    }
    writeln!(out)
}

/// Writes expected and actual: side by side if both are short, otherwise one below the other.
fn compare(step: &StepRecord, out: &mut Lines<'_>) -> io::Result<()> {
    writeln!(out, "  {}", one_line(&step.what))?;
    let (expected, actual) = (one_line(&step.expected), one_line(&step.actual));
    let column = COLUMN.min((out.width().unwrap_or(2 * USUAL) / 2).saturating_sub(12));
    if expected.chars().count() <= column && actual.chars().count() <= column {
        writeln!(
            out,
            "  {GREEN}expected{GREEN:#} {expected:<column$}  {RED}actual{RED:#} {actual}"
        )
    } else {
        writeln!(out, "  {GREEN}expected{GREEN:#} {expected}")?;
        writeln!(out, "  {RED}actual  {RED:#} {actual}")
    }
}
