//! The report that is printed at the end of a run: the findings first, the totals and the exit code last.

mod findings;
mod style;

use std::io::{self, Write};

use super::{Report, conclusion, summary};
use crate::event::{KnownState, RunFooter, Verdict};
use crate::exit::ExitCode;
use manual::Lines;
use openapi::shown::visible as one_line;
use style::{BOLD, DIM, GREEN, RED, YELLOW, style_of};

/// The verdicts, in the order in which they are counted.
const VERDICTS: [Verdict; 8] = [
    Verdict::Pass,
    Verdict::Fail,
    Verdict::Warn,
    Verdict::Skip,
    Verdict::Inconclusive,
    Verdict::Unproven,
    Verdict::Blocked,
    Verdict::Error,
];

/// The number of operations that were not reached and are listed.
const UNREACHED: usize = 20;

/// The number of parts that derived cases leave out and that are listed.
const LEFT_OUT: usize = 5;

/// The number of parts of the contract that were not observed and are named.
const UNOBSERVED: usize = 10;

/// The number of slowest cases that are listed.
const SLOWEST: usize = 3;

/// The number of cases skipped for one reason that are named.
const SKIPPED: usize = 12;

/// The number of suggested waivers that are printed.
const WAIVERS: usize = 2;

/// Renders the report with ANSI colours. The caller strips them for a file or a pipe, as `anstream` does. Lines are broken at
/// the width, except those that a reader copies.
///
/// # Errors
/// When `out` cannot be written to.
pub(super) fn render(report: &Report, width: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut Lines::new(out, width);
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
    for line in summary::base_path(run) {
        writeln!(out, "{DIM}{}{DIM:#}", one_line(&line))?;
    }
    let selection = &run.selection;
    write!(
        out,
        "{} of {} cases, effects up to {}",
        selection.selected,
        selection.catalogue,
        selection.allow.name()
    )?;
    let filters = selection.filters();
    if !filters.is_empty() {
        write!(
            out,
            ", {YELLOW}only a part{YELLOW:#}: {}",
            one_line(&filters)
        )?;
    }
    writeln!(out, "\n")?;

    findings::render(report, out)?;
    known(report, out)?;
    unreached(report, out)?;
    skips(report, out)?;
    slowest(report, out)?;
    coverage(report, out)?;
    totals(report, out)
}

/// Lists the slowest cases.
fn slowest(report: &Report, out: &mut Lines<'_>) -> io::Result<()> {
    let slowest = summary::slowest(report, SLOWEST);
    if slowest.is_empty() {
        return Ok(());
    }
    let cases: Vec<String> = slowest
        .iter()
        .map(|case| {
            let took = summary::duration(case.duration_ms);
            format!("{} ({took})", one_line(&case.id))
        })
        .collect();
    writeln!(out, "{DIM}slowest cases{DIM:#} {}\n", cases.join(", "))
}

/// Writes the known failures of the baseline, and what the run shows about each.
fn known(report: &Report, out: &mut Lines<'_>) -> io::Result<()> {
    let known = report.end.as_ref().map_or(&[][..], |end| &end.known);
    for one in known {
        let style = match one.state {
            KnownState::Fails | KnownState::NotDecided => YELLOW,
            KnownState::Expired | KnownState::Gone => RED,
        };
        writeln!(
            out,
            "{style}known{style:#} {}, {}: {}",
            one.state.words(),
            summary::count(one.met, "case"),
            one_line(&one.cause)
        )?;
        writeln!(
            out,
            "  {DIM}until {}: {}{DIM:#}",
            one.waived.expires,
            one_line(&one.waived.reason)
        )?;
    }
    match known {
        [] => Ok(()),
        [..] => writeln!(out),
    }
}

/// Writes the operations that were not reached, what they answered instead, and what they need.
fn unreached(report: &Report, out: &mut Lines<'_>) -> io::Result<()> {
    let unreached = summary::unreached(report);
    if unreached.is_empty() {
        return Ok(());
    }
    let style = style_of(Verdict::Unproven);
    writeln!(
        out,
        "{style}not reached{style:#} {}: what held in cases about them proves nothing",
        summary::count(unreached.len(), "operation")
    )?;
    for (operation, why) in unreached.iter().take(UNREACHED) {
        writeln!(
            out,
            "  {BOLD}{}{BOLD:#} {}",
            one_line(operation),
            one_line(&why.reason)
        )?;
        writeln!(out, "    {}", one_line(&why.needs))?;
    }
    if unreached.len() > UNREACHED {
        writeln!(
            out,
            "  {DIM}… {} more are in report.html{DIM:#}",
            unreached.len() - UNREACHED
        )?;
    }
    writeln!(out)
}

/// Writes the cases that were skipped or proved nothing, by reason.
fn skips(report: &Report, out: &mut Lines<'_>) -> io::Result<()> {
    for skip in summary::skips(report) {
        let style = style_of(skip.verdict);
        writeln!(
            out,
            "{style}{}{style:#} {} ({} MUST): {}",
            skip.verdict.name(),
            summary::count(skip.cases.len(), "case"),
            summary::musts(&skip.cases),
            one_line(&skip.reason())
        )?;
        let shown = skip.cases.len().min(SKIPPED);
        let ids: Vec<_> = (skip.cases[..shown].iter())
            .map(|case| one_line(&case.id))
            .collect();
        writeln!(out, "  {DIM}{}{DIM:#}", ids.join(" "))?;
        if skip.cases.len() > shown {
            let more = skip.cases.len() - shown;
            writeln!(out, "  {DIM}… {more} more are in report.html{DIM:#}")?;
        }
        writeln!(out)?;
    }
    let waivers = summary::suggested_waivers(report);
    if !waivers.is_empty() {
        writeln!(
            out,
            "To accept that cases are skipped, add waivers to the profile:"
        )?;
        for line in waivers.iter().take(WAIVERS).flat_map(|one| one.lines()) {
            out.verbatim(&format!("  {}", one_line(line)))?;
        }
        if waivers.len() > WAIVERS {
            let more = waivers.len() - WAIVERS;
            writeln!(out, "  … {more} more are in summary.md")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Writes how much of the contract the run observed, and the parts that it did not.
fn coverage(report: &Report, out: &mut Lines<'_>) -> io::Result<()> {
    let Some(coverage) = summary::coverage(report) else {
        return Ok(());
    };
    writeln!(
        out,
        "{DIM}coverage{DIM:#} {} of {} parts of the contract observed, {} exercised",
        coverage.observed, coverage.declared, coverage.exercised
    )?;
    if !coverage.operations.is_empty() {
        writeln!(
            out,
            "{DIM}operations{DIM:#} {}",
            summary::operations(coverage)
        )?;
    }
    let missing: Vec<String> = (coverage.parts.iter())
        .filter(|part| !part.observed)
        .map(|part| one_line(&part.name).into_owned())
        .collect();
    if !missing.is_empty() {
        let names = missing[..missing.len().min(UNOBSERVED)].join(", ");
        let more = match missing.len().saturating_sub(UNOBSERVED) {
            0 => String::new(),
            more => format!(" and {more} more, see report.html"),
        };
        writeln!(out, "  {YELLOW}not observed: {names}{more}{YELLOW:#}")?;
    }
    let left_out = summary::left_out(report);
    for (what, operations) in left_out.iter().take(LEFT_OUT) {
        let others = match operations.len() - 1 {
            0 => String::new(),
            others => format!(" and of {others} more"),
        };
        writeln!(
            out,
            "  {YELLOW}left out of {}{others}: {}{YELLOW:#}",
            one_line(operations[0]),
            one_line(what)
        )?;
    }
    if left_out.len() > LEFT_OUT {
        let more = left_out.len() - LEFT_OUT;
        writeln!(out, "  {DIM}… {more} more are in report.html{DIM:#}")?;
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

/// The most tokens, or other resources, that are still there and named.
const LEFT_BEHIND: usize = 8;

/// Writes what the run left behind, and what it did not delete since it may have been there before.
fn left_behind(end: &RunFooter, out: &mut Lines<'_>) -> io::Result<()> {
    let tokens = end.left_behind.iter().map(|token| {
        let (id, owner, reason) = (&token.token_id, &token.owner, &token.reason);
        format!("token {id} of the {owner}: {reason}")
    });
    first_of("left behind", "tokens", tokens, out)?;
    let resources = end.resources.left_behind.iter();
    let resources = resources.map(|one| {
        format!(
            "{}, created by {}: {}",
            one.path, one.created_by, one.reason
        )
    });
    first_of("left behind", "resources", resources, out)?;
    let kept = end.resources.kept.iter().map(|one| {
        format!(
            "{}, which {} answered with: {}",
            one.path, one.created_by, one.reason
        )
    });
    first_of("not deleted", "resources", kept, out)
}

/// Writes the first of what is still there, and how many more there are.
fn first_of(
    state: &str,
    kind: &str,
    mut left: impl ExactSizeIterator<Item = String>,
    out: &mut Lines<'_>,
) -> io::Result<()> {
    for one in left.by_ref().take(LEFT_BEHIND) {
        writeln!(out, "{RED}{state}{RED:#} {}", one_line(&one))?;
    }
    match left.len() {
        0 => Ok(()),
        rest => writeln!(
            out,
            "{RED}{state}{RED:#} {rest} more {kind}, which the other reports name"
        ),
    }
}

fn totals(report: &Report, out: &mut Lines<'_>) -> io::Result<()> {
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
    writeln!(out, "; {}", summary::requests(end))?;
    left_behind(end, out)?;
    if let Some(why) = summary::incomplete(report) {
        writeln!(out, "{RED}incomplete{RED:#}: {why}")?;
    }
    for (word, text) in conclusion::lines(report) {
        writeln!(out, "  {BOLD}{word:<9}{BOLD:#} {}", one_line(&text))?;
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
        one_line(&end.exit.reason)
    )
}
