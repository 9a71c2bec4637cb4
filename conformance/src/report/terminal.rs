//! The report for whoever started the run: what failed and why first, the totals and the exit code last.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::{Report, digest};
use crate::event::{CaseRecord, StepRecord, Verdict};
use openapi::render::visible::{visible as one_line, visible_lines};

const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// The width up to which expected and actual stand side by side.
const COLUMN: usize = 48;

/// How many of the slowest cases are named.
const SLOWEST: usize = 5;

/// Renders the report with ANSI colours; whoever passes a file or a pipe strips them (`anstream` does so by itself).
///
/// # Errors
/// When `out` cannot be written to.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let run = &report.run;
    writeln!(
        out,
        "{BOLD}conformance{BOLD:#} {} of {}",
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

    let told = digest::told(report);
    for told in &told {
        tell(told.case, told.same, out)?;
    }
    if (told.iter()).any(|told| digest::decisive_exchange(told.case).is_some()) {
        credentials(report, out)?;
    }
    skips(report, out)?;
    slowest(report, out)?;
    coverage(report, out)?;
    totals(report, out)
}

/// Where the command lines above take their credentials from.
fn credentials(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{DIM}The command lines take credentials from the environment:{DIM:#}"
    )?;
    for credential in digest::credentials(report) {
        let variable = &credential.variable;
        match &credential.file {
            Some(file) => {
                let file = one_line(file).replace('\'', r"'\''");
                writeln!(out, "  export {variable}=\"$(cat '{file}')\"")?;
            }
            None => writeln!(out, "  {variable}: {}", credential.what)?,
        }
    }
    writeln!(
        out,
        "{DIM}Tokens that the suite minted ($MINTED_TOKEN_…) were revoked with the run: mint one to send such a line again.{DIM:#}\n"
    )
}

/// The cases that took longest.
fn slowest(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let slowest = digest::slowest(report, SLOWEST);
    if slowest.is_empty() {
        return Ok(());
    }
    writeln!(out, "{DIM}slowest{DIM:#}")?;
    for case in slowest {
        writeln!(
            out,
            "  {:>8}  {}",
            digest::duration(case.duration_ms),
            one_line(&case.id)
        )?;
    }
    writeln!(out)
}

/// Tells of one case that did not pass.
fn tell(case: &CaseRecord, same: usize, out: &mut dyn Write) -> io::Result<()> {
    let style = style_of(case.verdict);
    let more = if same > 1 {
        format!(" and {} more", same - 1)
    } else {
        String::new()
    };
    writeln!(
        out,
        "{style}{}{style:#} {} {BOLD}{}{BOLD:#}{more}",
        case.verdict.name(),
        case.level.name(),
        one_line(&case.id)
    )?;
    writeln!(out, "  {DIM}{}:{DIM:#}", one_line(&case.clause.source))?;
    for line in wrapped(&visible_lines(&case.clause.text), 100) {
        writeln!(out, "  {DIM}| {line}{DIM:#}")?;
    }
    match digest::decisive_step(case) {
        Some(step) => compare(step, out)?,
        None => writeln!(out, "  {}", one_line(&case.reason))?,
    }
    if let Some(exchange) = digest::decisive_exchange(case) {
        writeln!(out, "  {}", visible_lines(&exchange.curl))?;
    }
    writeln!(out)
}

/// Expected and actual: side by side where both are short, otherwise one below the other.
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

/// What was skipped, by reason.
fn skips(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for skip in digest::skips(report) {
        let style = style_of(Verdict::Skip);
        writeln!(
            out,
            "{style}skip{style:#} {} ({} MUST): {}",
            digest::count(skip.cases.len(), "case"),
            digest::musts(&skip.cases),
            one_line(&skip.why())
        )?;
        for line in wrapped(&one_line(&skip.ids()), 100) {
            writeln!(out, "  {DIM}{line}{DIM:#}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// How much of the contract the run reached, and the first of what it did not.
fn coverage(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let Some(coverage) = digest::coverage(report) else {
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
    let counts = [
        (Verdict::Pass, totals.pass),
        (Verdict::Fail, totals.fail),
        (Verdict::Warn, totals.warn),
        (Verdict::Skip, totals.skip),
        (Verdict::Inconclusive, totals.inconclusive),
        (Verdict::Error, totals.error),
    ];
    let shown = counts
        .iter()
        .filter(|(verdict, count)| *count > 0 || *verdict == Verdict::Pass);
    let words = shown.map(|(verdict, count)| {
        let style = style_of(*verdict);
        format!("{style}{count} {}{style:#}", verdict.name())
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
            "\n{RED}cut off{RED:#}: the run did not end, and this report is not valid"
        );
    };
    writeln!(
        out,
        "; {} requests in {}",
        end.requests,
        digest::duration(end.duration_ms)
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
    if let Some(why) = digest::incomplete(report) {
        writeln!(out, "{RED}incomplete{RED:#}: {why}")?;
    }
    let style = if end.exit.code == 0 { GREEN } else { RED };
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

/// A text in lines of at most so many characters, broken between words.
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
