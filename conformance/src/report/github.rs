//! Workflow commands of GitHub Actions: each finding is an annotation of the run.

use std::io::{self, Write};

use super::{Report, summary};
use crate::event::{KnownState, Verdict};
use crate::exit::ExitCode;
use openapi::shown::workflow_command::{message, property};
use openapi::shown::{visible, visible_lines};

/// Renders an annotation for each finding and each group of skipped cases, and then the verdict of the run. The worst
/// finding is first, because GitHub shows only the first ten annotations of each kind.
///
/// # Errors
/// When `out` cannot be written to.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in summary::findings(report) {
        let case = finding.case;
        let command = match case.verdict {
            Verdict::Fail | Verdict::Error | Verdict::Blocked => "error",
            Verdict::Warn | Verdict::Inconclusive | Verdict::Unproven | Verdict::Skip => "warning",
            Verdict::Pass => "notice",
        };
        let title = format!(
            "{} {} {}{}",
            case.verdict.name(),
            case.level.name(),
            case.id,
            finding.and_more()
        );
        let mut text = case.reason.clone();
        if let Some(cause) = finding.cause() {
            let others = finding.other_ids();
            let others = if others.is_empty() {
                others
            } else {
                format!("{others}\n")
            };
            text = format!("{cause}\n{others}{text}");
        }
        text.push_str(&format!(
            "\n{}{}: {}",
            finding.undecided(),
            case.clause.source,
            case.clause.text
        ));
        if let Some(exchange) = summary::decisive_exchange(case) {
            text.push_str(&format!("\n{}", exchange.curl));
        }
        annotate(command, &title, &text, out)?;
    }
    for skip in summary::skips(report) {
        let command = match skip.waived {
            None if summary::musts(&skip.cases) > 0 => "warning",
            None | Some(_) => "notice",
        };
        let title = format!(
            "{} {}",
            skip.verdict.name(),
            summary::count(skip.cases.len(), "case")
        );
        let text = format!("{}\n{}", skip.reason(), skip.ids());
        annotate(command, &title, &text, out)?;
    }
    let known = report.end.as_ref().map_or(&[][..], |end| &end.known);
    for one in known {
        let command = match one.state {
            KnownState::Fails | KnownState::NotDecided => "notice",
            KnownState::Expired | KnownState::Gone => "error",
        };
        let title = format!("known failure, {}", one.state.words());
        let text = format!(
            "{}\nuntil {}: {}",
            one.cause, one.waived.expires, one.waived.reason
        );
        annotate(command, &title, &text, out)?;
    }
    let verdict = summary::verdict(report);
    match &report.end {
        Some(end) if end.exit.name == ExitCode::Conformant => writeln!(
            out,
            "conformance: {} ({})",
            visible(&verdict),
            summary::count(report.totals.cases, "case")
        ),
        Some(_) | None => annotate("error", "conformance", &verdict, out),
    }
}

fn annotate(command: &str, title: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    let (title, text) = (visible(title), visible_lines(text));
    writeln!(
        out,
        "::{command} title={}::{}",
        property(&title),
        message(&text)
    )
}
