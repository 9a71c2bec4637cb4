//! `summary.md`: Markdown for the summary of a CI job or a comment on a pull request.

use std::io::{self, Write};

use super::summary::Finding;
use super::{Report, conclusion, summary};
use crate::case::Level;
use crate::event::{CaseRecord, Verdict};
use crate::exit::ExitCode;
use openapi::shown::markdown::{cell, code, fence, html, words};
use openapi::shown::visible_lines;

/// The number of findings that are shown. GitHub accepts summaries of up to one mebibyte.
const FINDINGS: usize = 50;

/// Renders the report.
///
/// # Errors
/// When `out` cannot be written to.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let run = &report.run;
    writeln!(out, "## {}: {}\n", mark(report), headline(report))?;
    writeln!(
        out,
        "{} against {}, conformance {}.",
        code(&run.contract.title),
        code(&run.target),
        words(&run.suite.version)
    )?;
    for line in summary::base_path(run) {
        writeln!(out, "\n> **Servers:** {}.", words(&line))?;
    }
    let filters = run.selection.filters();
    if !filters.is_empty() {
        writeln!(
            out,
            "\n> **Only a part:** {} of {} cases were selected, {}.",
            run.selection.selected,
            run.selection.catalogue,
            code(&filters)
        )?;
    }
    if let Some(why) = summary::incomplete(report) {
        writeln!(out, "\n> **Incomplete:** {}.", words(&why))?;
    }
    totals(report, out)?;
    if let Some(end) = &report.end {
        writeln!(out)?;
        for (word, text) in conclusion::lines(report) {
            writeln!(out, "- **{word}**: {}", words(&text))?;
        }
        writeln!(
            out,
            "\n**Exit {}**: {}",
            end.exit.code,
            words(&end.exit.reason)
        )?;
        for token in &end.left_behind {
            writeln!(
                out,
                "\n> **Left behind:** token {} of the {}: {}",
                code(&token.token_id),
                words(&token.owner),
                words(&token.reason)
            )?;
        }
        for one in &end.resources.left_behind {
            writeln!(
                out,
                "\n> **Left behind:** {}, created by {}: {}",
                code(&one.path),
                code(&one.created_by),
                words(&one.reason)
            )?;
        }
        for one in &end.resources.kept {
            writeln!(
                out,
                "\n> **Not deleted:** {}, which {} answered with: {}",
                code(&one.path),
                code(&one.created_by),
                words(&one.reason)
            )?;
        }
    }
    let findings = summary::findings(report);
    if !findings.is_empty() {
        writeln!(out, "\n### Findings\n")?;
    }
    for shown in findings.iter().take(FINDINGS) {
        finding(shown, out)?;
    }
    if findings.len() > FINDINGS {
        writeln!(
            out,
            "\n{} more: see report.html.",
            summary::count(findings.len() - FINDINGS, "case")
        )?;
    }
    known(report, out)?;
    unreached(report, out)?;
    skips(report, out)?;
    coverage(report, out)?;
    slowest(report, out)
}

fn mark(report: &Report) -> &'static str {
    match &report.end {
        Some(end) if end.exit.name == ExitCode::Conformant => "✅ Conformance",
        Some(_) | None => "❌ Conformance",
    }
}

fn headline(report: &Report) -> String {
    match &report.end {
        Some(end) => words(&end.exit.meaning),
        None => "cut off, not valid".to_owned(),
    }
}

fn totals(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let levels = [Level::Must, Level::Should, Level::May];
    writeln!(
        out,
        "\n| | pass | fail | warn | skip | inconclusive | unproven | blocked | error |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    )?;
    for level in levels {
        let count = |verdict: Verdict| {
            let of = |case: &&CaseRecord| case.level == level && case.verdict == verdict;
            match report.cases.iter().filter(of).count() {
                0 => String::new(),
                count => count.to_string(),
            }
        };
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            level.name(),
            count(Verdict::Pass),
            count(Verdict::Fail),
            count(Verdict::Warn),
            count(Verdict::Skip),
            count(Verdict::Inconclusive),
            count(Verdict::Unproven),
            count(Verdict::Blocked),
            count(Verdict::Error)
        )?;
    }
    if let Some(end) = &report.end {
        writeln!(
            out,
            "\n{} and {}.",
            summary::count(report.totals.cases, "case"),
            summary::requests(end)
        )?;
    }
    Ok(())
}

fn finding(finding: &Finding<'_>, out: &mut dyn Write) -> io::Result<()> {
    let case = finding.case;
    writeln!(
        out,
        "- **{}** {} {}{}\n",
        case.verdict.name(),
        case.level.name(),
        code(&case.id),
        finding.and_more()
    )?;
    if let Some(cause) = finding.cause() {
        let others = words(&finding.other_ids());
        let others = if others.is_empty() {
            others
        } else {
            format!(": {others}")
        };
        writeln!(out, "  **{}**{others}\n", words(&cause))?;
    }
    writeln!(
        out,
        "  > {}\n  >\n  > — {}{}\n",
        words(&case.clause.text),
        finding.undecided(),
        words(&case.clause.source)
    )?;
    match summary::decisive_step(case) {
        Some(step) => {
            writeln!(out, "  {}\n", words(&step.what))?;
            writeln!(out, "  | expected | actual |\n  | --- | --- |")?;
            writeln!(
                out,
                "  | {} | {} |\n",
                cell(&step.expected),
                cell(&step.actual)
            )?;
        }
        None => writeln!(out, "  {}\n", words(&case.reason))?,
    }
    if let Some(exchange) = summary::decisive_exchange(case) {
        let curl = visible_lines(&exchange.curl);
        let fence = fence(&curl, 3);
        writeln!(out, "  {fence}sh")?;
        for line in curl.lines() {
            writeln!(out, "  {line}")?;
        }
        writeln!(out, "  {fence}\n")?;
    }
    Ok(())
}

/// Writes the known failures of the baseline, and what the run shows about each.
fn known(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let known = report.end.as_ref().map_or(&[][..], |end| &end.known);
    if known.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n### Known failures\n\n| cause | state | cases | until | reason |\n| --- | --- | ---: | --- | --- |"
    )?;
    for one in known {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            cell(&one.cause),
            one.state.words(),
            one.met,
            one.waived.expires,
            cell(&one.waived.reason)
        )?;
    }
    Ok(())
}

fn unreached(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let unreached = summary::unreached(report);
    if unreached.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n### Operations that were not reached\n\n| Operation | In place of a success | Needed |\n| --- | --- | --- |"
    )?;
    for (operation, why) in unreached {
        let (reason, needs) = (cell(&why.reason), cell(&why.needs));
        writeln!(out, "| {} | {reason} | {needs} |", code(operation))?;
    }
    Ok(())
}

fn skips(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let skips = summary::skips(report);
    if skips.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### Cases that prove nothing\n")?;
    for skip in skips {
        let ids: Vec<String> = skip.cases.iter().map(|case| code(&case.id)).collect();
        writeln!(
            out,
            "<details><summary>{}: {} ({} MUST): {}</summary>\n\n{}\n\n</details>",
            skip.verdict.name(),
            summary::count(skip.cases.len(), "case"),
            summary::musts(&skip.cases),
            html(&skip.reason()),
            ids.join(" ")
        )?;
    }
    let waivers = summary::suggested_waivers(report).concat();
    if !waivers.is_empty() {
        let summary = "Waivers for the profile, to accept that these cases are skipped";
        // The reasons are the suite's own words, which hold no fence.
        writeln!(
            out,
            "<details><summary>{summary}</summary>\n\n```toml\n{waivers}```\n\n</details>"
        )?;
    }
    Ok(())
}

fn coverage(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let Some(coverage) = summary::coverage(report) else {
        return Ok(());
    };
    writeln!(
        out,
        "\n### Coverage of the contract\n\n{} of {} parts observed, {} exercised.",
        coverage.observed, coverage.declared, coverage.exercised
    )?;
    if !coverage.operations.is_empty() {
        writeln!(out, "\nOperations: {}.", summary::operations(coverage))?;
    }
    let missing: Vec<String> = (coverage.parts.iter())
        .filter(|part| !part.observed)
        .map(|part| code(&part.name))
        .collect();
    if !missing.is_empty() {
        writeln!(out, "\nNot observed: {}.", missing.join(", "))?;
    }
    for one in &coverage.undocumented {
        writeln!(
            out,
            "\nNot in the contract: {} from {}, {} times.",
            one.status,
            code(&one.operation),
            one.times
        )?;
    }
    Ok(())
}

fn slowest(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let slowest = summary::slowest(report, 5);
    if slowest.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n<details><summary>Slowest cases</summary>\n\n| case | time |\n| --- | ---: |"
    )?;
    for case in slowest {
        writeln!(
            out,
            "| {} | {} |",
            code(&case.id),
            summary::duration(case.duration_ms)
        )?;
    }
    writeln!(out, "\n</details>")
}
