//! The Test Anything Protocol, version 14: one test point per case, with a YAML block of diagnostics where it did not
//! hold.

use std::io::{self, Write};

use super::{Report, digest};
use crate::event::{CaseRecord, Verdict};
use openapi::render::visible::visible;

/// Renders the report as TAP: what does not gate is a `TODO`, what was not run a `SKIP`; a run that did not end or shows
/// only a part bails out.
///
/// # Errors
/// When `out` cannot be written to.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "TAP version 14")?;
    // Not how many were decided: a harness notices by this number that a run was cut off.
    writeln!(out, "1..{}", report.run.selection.selected)?;
    writeln!(
        out,
        "# conformance {} of {}",
        visible(&report.run.suite.version),
        visible(&report.run.target)
    )?;
    for (number, case) in (1..).zip(&report.cases) {
        point(number, case, out)?;
    }
    let bails = match (&report.end, digest::incomplete(report)) {
        (None, _) => Some(digest::verdict(report)),
        (Some(end), Some(_)) => Some(end.exit.reason.clone()),
        (Some(_), None) => None,
    };
    if let Some(why) = bails {
        return writeln!(out, "Bail out! {}", visible(&why));
    }
    writeln!(out, "# {}", visible(&digest::verdict(report)))
}

fn point(number: usize, case: &CaseRecord, out: &mut dyn Write) -> io::Result<()> {
    let result = match case.verdict {
        Verdict::Pass | Verdict::Skip => "ok",
        Verdict::Fail | Verdict::Warn | Verdict::Inconclusive | Verdict::Error => "not ok",
    };
    let directive = match case.verdict {
        Verdict::Skip => format!(" # SKIP {}", plain(&digest::skipped(case))),
        Verdict::Warn => format!(
            " # TODO {}: {}",
            case.level.name(),
            "does not gate without --strict"
        ),
        Verdict::Pass | Verdict::Fail | Verdict::Inconclusive | Verdict::Error => String::new(),
    };
    writeln!(
        out,
        "{result} {number} - {} {}{directive}",
        case.level.name(),
        plain(&case.id)
    )?;
    match case.verdict {
        Verdict::Pass | Verdict::Skip => Ok(()),
        Verdict::Fail | Verdict::Warn | Verdict::Inconclusive | Verdict::Error => {
            diagnostics(case, out)
        }
    }
}

fn diagnostics(case: &CaseRecord, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  ---")?;
    let mut line = |key: &str, value: &str| writeln!(out, "  {key}: {}", yaml(value));
    line("verdict", case.verdict.name())?;
    line("message", &case.reason)?;
    if let Some(step) = digest::decisive_step(case) {
        line("step", &step.what)?;
        line("expected", &step.expected)?;
        line("actual", &step.actual)?;
    }
    line("source", &case.clause.source)?;
    line("clause", &case.clause.text)?;
    if let Some(exchange) = digest::decisive_exchange(case) {
        line("curl", &exchange.curl)?;
    }
    writeln!(out, "  duration_ms: {}", case.duration_ms)?;
    writeln!(out, "  ...")
}

/// A scalar of YAML in double quotes, whose escapes are JSON's.
fn yaml(text: &str) -> String {
    serde_json::Value::from(visible(text).into_owned()).to_string()
}

/// A number sign would begin a directive.
fn plain(text: &str) -> String {
    visible(text).replace('\\', r"\\").replace('#', r"\#")
}
