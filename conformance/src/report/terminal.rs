//! The report for whoever started the run: what failed and why first, the totals and the exit code last.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::Report;
use crate::event::{CaseRecord, ExchangeRecord, StepRecord, Verdict};

const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// The width up to which expected and actual stand side by side.
const COLUMN: usize = 48;

/// Renders the report with ANSI colours; whoever passes a file or a pipe strips them (`anstream` does so by itself).
///
/// # Errors
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let run = &report.run;
    writeln!(
        out,
        "{BOLD}conformance{BOLD:#} {} of {}",
        run.suite.version, run.target
    )?;
    writeln!(
        out,
        "{DIM}{} {}, sha256 {}{DIM:#}",
        run.contract.title, run.contract.version, run.contract.sha256
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
        write!(out, ", filter {}", selection.filter.join(" "))?;
    }
    writeln!(out, "\n")?;

    for verdict in [
        Verdict::Fail,
        Verdict::Error,
        Verdict::Inconclusive,
        Verdict::Warn,
    ] {
        // When the target is gone every case has the same error, and one telling is enough.
        let mut told = None;
        let cases: Vec<&CaseRecord> = report
            .cases
            .iter()
            .filter(|case| case.verdict == verdict)
            .collect();
        for case in &cases {
            if case.exchanges.is_empty() && told == Some(&case.reason) {
                continue;
            }
            told = Some(&case.reason);
            let same = cases
                .iter()
                .filter(|other| other.exchanges.is_empty() && other.reason == case.reason)
                .count();
            tell(case, if case.exchanges.is_empty() { same } else { 1 }, out)?;
        }
    }
    skips(report, out)?;
    totals(report, out)
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
        case.id
    )?;
    writeln!(out, "  {DIM}{}:{DIM:#}", case.clause.source)?;
    for line in wrapped(&case.clause.text, 100) {
        writeln!(out, "  {DIM}| {line}{DIM:#}")?;
    }
    match case.steps.iter().find(|step| !step.held) {
        Some(step) => compare(step, out)?,
        None => writeln!(out, "  {}", case.reason)?,
    }
    if let Some(exchange) = decisive_exchange(case) {
        writeln!(out, "  {}", exchange.curl)?;
    }
    writeln!(out)
}

/// Expected and actual: side by side where both are short, otherwise one below the other.
fn compare(step: &StepRecord, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {}", step.what)?;
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

/// The exchange that decided a case: the one that the failed step looked at.
pub(super) fn decisive_exchange(case: &CaseRecord) -> Option<&ExchangeRecord> {
    let step = case.steps.iter().find(|step| !step.held)?;
    case.exchanges.get(step.exchange?)
}

/// What was skipped, by reason.
fn skips(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for case in report
        .cases
        .iter()
        .filter(|case| case.verdict == Verdict::Skip)
    {
        reasons
            .entry(case.reason.as_str())
            .or_default()
            .push(&case.id);
    }
    for (reason, ids) in &reasons {
        let style = style_of(Verdict::Skip);
        writeln!(out, "{style}skip{style:#} {} cases: {reason}", ids.len())?;
        for line in wrapped(&ids.join(" "), 100) {
            writeln!(out, "  {DIM}{line}{DIM:#}")?;
        }
        writeln!(out)?;
    }
    Ok(())
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
    #[expect(clippy::cast_precision_loss, reason = "no run lasts 2^52 milliseconds")]
    let seconds = end.duration_ms as f64 / 1000.0;
    writeln!(out, "; {} requests in {seconds:.1} s", end.requests)?;
    for token in &end.left_behind {
        writeln!(
            out,
            "{RED}left behind{RED:#} token {} of the {}: {}",
            token.token_id, token.owner, token.reason
        )?;
    }
    if !end.complete {
        writeln!(
            out,
            "{RED}incomplete{RED:#}: not every selected case was decided"
        )?;
    }
    let style = if end.exit.code == 0 { GREEN } else { RED };
    writeln!(
        out,
        "{style}exit {}{style:#}: {}",
        end.exit.code, end.exit.meaning
    )?;
    writeln!(out, "  {}", end.exit.reason)
}

fn style_of(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Pass => GREEN,
        Verdict::Fail | Verdict::Error => RED,
        Verdict::Warn | Verdict::Inconclusive | Verdict::Skip => YELLOW,
    }
}

/// Control characters would disturb the terminal, and come from the deployment.
fn one_line(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            if c.is_control() {
                c.escape_default().collect::<Vec<_>>()
            } else {
                vec![c]
            }
        })
        .collect()
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
