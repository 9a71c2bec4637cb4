//! The Test Anything Protocol, version 14: one test point for each case, with a YAML block of diagnostics if it did not
//! pass.

use std::io::{self, Write};

use super::{Report, summary};
use crate::event::{CaseRecord, Verdict};
use openapi::shown::visible;

/// Renders the report as TAP. A warning is a `TODO`, a skipped case a `SKIP`, and a run that is cut off or incomplete ends
/// with `Bail out!`.
///
/// # Errors
/// When `out` cannot be written to.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "TAP version 14")?;
    // The number of selected cases, not of decided ones: by this number a harness notices that a run was cut off.
    writeln!(out, "1..{}", report.run.selection.selected)?;
    writeln!(
        out,
        "# conformance {} against {}",
        visible(&report.run.suite.version),
        visible(&report.run.target)
    )?;
    for (number, case) in (1..).zip(&report.cases) {
        point(number, case, out)?;
    }
    let bail_out = match (&report.end, summary::incomplete(report)) {
        (None, _) => Some(summary::verdict(report)),
        (Some(end), Some(_)) => Some(end.exit.reason.clone()),
        (Some(_), None) => None,
    };
    if let Some(why) = bail_out {
        return writeln!(out, "Bail out! {}", visible(&why));
    }
    writeln!(out, "# {}", visible(&summary::verdict(report)))
}

fn point(number: usize, case: &CaseRecord, out: &mut dyn Write) -> io::Result<()> {
    let result = match case.verdict {
        Verdict::Pass | Verdict::Skip => "ok",
        Verdict::Fail
        | Verdict::Warn
        | Verdict::Inconclusive
        | Verdict::Unproven
        | Verdict::Blocked
        | Verdict::Error => "not ok",
    };
    let directive = match case.verdict {
        Verdict::Skip => format!(" # SKIP {}", plain(&summary::skip_reason(case))),
        Verdict::Fail | Verdict::Blocked if case.known.is_some() => {
            " # TODO a known failure of the baseline".to_owned()
        }
        Verdict::Warn => format!(
            " # TODO {}: {}",
            case.level.name(),
            "does not fail the run without --strict"
        ),
        Verdict::Pass
        | Verdict::Fail
        | Verdict::Inconclusive
        | Verdict::Unproven
        | Verdict::Blocked
        | Verdict::Error => String::new(),
    };
    writeln!(
        out,
        "{result} {number} - {} {}{directive}",
        case.level.name(),
        plain(&case.id)
    )?;
    match case.verdict {
        Verdict::Pass | Verdict::Skip => Ok(()),
        Verdict::Fail
        | Verdict::Warn
        | Verdict::Inconclusive
        | Verdict::Unproven
        | Verdict::Blocked
        | Verdict::Error => diagnostics(case, out),
    }
}

fn diagnostics(case: &CaseRecord, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  ---")?;
    let mut line = |key: &str, value: &str| writeln!(out, "  {key}: {}", yaml(value));
    line("verdict", case.verdict.name())?;
    line("message", &case.reason)?;
    if let Some(step) = summary::decisive_step(case) {
        line("step", &step.what)?;
        line("expected", &step.expected)?;
        line("actual", &step.actual)?;
    }
    line("source", &case.clause.source)?;
    line("clause", &case.clause.text)?;
    if let Some(exchange) = summary::decisive_exchange(case) {
        line("curl", &exchange.curl)?;
    }
    writeln!(out, "  duration_ms: {}", case.duration_ms)?;
    writeln!(out, "  ...")
}

/// Writes a YAML scalar in double quotes. Its escapes are those of JSON.
fn yaml(text: &str) -> String {
    serde_json::Value::from(visible(text).into_owned()).to_string()
}

/// Escapes a description, in which a number sign begins a directive.
fn plain(text: &str) -> String {
    visible(text).replace('\\', r"\\").replace('#', r"\#")
}
