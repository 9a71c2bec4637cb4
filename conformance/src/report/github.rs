//! Workflow commands of GitHub Actions: what did not hold as annotations of the run.

use std::io::{self, Write};

use super::{Report, digest};
use crate::event::Verdict;
use openapi::render::visible::{visible, visible_lines};

/// Writes a command for each thing to notice, worst first, since GitHub shows only the first ten of each kind; then the
/// verdict, as an ordinary line where the run is conformant.
///
/// # Errors
/// When `out` cannot be written to.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for told in digest::told(report) {
        let case = told.case;
        let command = match case.verdict {
            Verdict::Fail | Verdict::Error => "error",
            Verdict::Warn | Verdict::Inconclusive | Verdict::Skip => "warning",
            Verdict::Pass => "notice",
        };
        let more = match told.same {
            1 => String::new(),
            same => format!(" and {} more", same - 1),
        };
        let title = format!(
            "{} {} {}{more}",
            case.verdict.name(),
            case.level.name(),
            case.id
        );
        let mut text = case.reason.clone();
        text.push_str(&format!("\n{}: {}", case.clause.source, case.clause.text));
        if let Some(exchange) = digest::decisive_exchange(case) {
            text.push_str(&format!("\n{}", exchange.curl));
        }
        annotate(command, &title, &text, out)?;
    }
    for skip in digest::skips(report) {
        let command = match skip.waived {
            None if digest::musts(&skip.cases) > 0 => "warning",
            None | Some(_) => "notice",
        };
        let title = format!("skip {}", digest::count(skip.cases.len(), "case"));
        let text = format!("{}\n{}", skip.why(), skip.ids());
        annotate(command, &title, &text, out)?;
    }
    let verdict = digest::verdict(report);
    match &report.end {
        Some(end) if end.exit.code == 0 => writeln!(
            out,
            "conformance: {} ({})",
            visible(&verdict),
            digest::count(report.totals.cases, "case")
        ),
        Some(end) => annotate(
            "error",
            "conformance",
            &format!("{verdict}\n{}", end.exit.reason),
            out,
        ),
        None => annotate("error", "conformance", &verdict, out),
    }
}

fn annotate(command: &str, title: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "::{command} title={}::{}", property(title), data(text))
}

/// The message of a command, with the escapes that GitHub's runner undoes.
fn data(text: &str) -> String {
    visible_lines(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a command's property: what ends a property is escaped as well.
fn property(text: &str) -> String {
    data(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}
