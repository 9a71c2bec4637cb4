//! A comparison as Markdown, for a comment on a pull request or the summary of a CI job.

use std::io::{self, Write};

use super::record::{Change, Comparison};
use super::wording::{CHANGES, rows, step, title, value};
use crate::exit::ExitCode;
use crate::report::duration;
use openapi::shown::markdown::{cell, code, words};

/// The most cases of one change, and the most parts, that are listed.
const LISTED: usize = 100;

pub(super) fn render(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let mark = if comparison.code() == ExitCode::Conformant {
        "✅"
    } else {
        "❌"
    };
    writeln!(
        out,
        "## {mark} Conformance: {}\n",
        words(&comparison.exit.reason)
    )?;
    writeln!(out, "| | A | B |\n| --- | --- | --- |")?;
    for (label, a, b) in rows(comparison) {
        writeln!(out, "| {label} | {} | {} |", words(&a), words(&b))?;
    }
    if !comparison.conditions.is_empty() {
        writeln!(out, "\nDifferent conditions:\n")?;
        for condition in &comparison.conditions {
            let (a, b) = (value(&condition.a), value(&condition.b));
            writeln!(
                out,
                "- {}: {} → {}",
                code(&condition.what),
                code(&a),
                code(&b)
            )?;
        }
    }
    for change in CHANGES {
        let cases: Vec<_> = (comparison.cases.iter())
            .filter(|case| case.change == change)
            .collect();
        if cases.is_empty() {
            continue;
        }
        writeln!(
            out,
            "\n### {} ({})\n\n| case | level | verdict | why |\n| --- | --- | --- | --- |",
            capital(title(change)),
            cases.len()
        )?;
        for case in cases.iter().take(LISTED) {
            let why = match change {
                Change::Worse | Change::Undecided => cell(&case.reason),
                Change::Gone | Change::Better | Change::Decided | Change::New => String::new(),
            };
            writeln!(
                out,
                "| {} | {} | {} | {why} |",
                cell(&case.id),
                case.level.name(),
                step(case.a, case.b)
            )?;
        }
        if cases.len() > LISTED {
            writeln!(out, "\nand {} more.", cases.len() - LISTED)?;
        }
    }
    for (title, parts) in [
        ("No longer observed", &comparison.coverage.lost),
        ("Observed now", &comparison.coverage.gained),
    ] {
        if !parts.is_empty() {
            writeln!(out, "\n### {title} ({})\n", parts.len())?;
            for part in parts.iter().take(LISTED) {
                writeln!(out, "- {}", code(part))?;
            }
        }
    }
    if !comparison.times.is_empty() {
        writeln!(
            out,
            "\n### Slower and faster\n\n| case | A | B |\n| --- | ---: | ---: |"
        )?;
        for time in &comparison.times {
            writeln!(
                out,
                "| {} | {} | {} |",
                cell(&time.id),
                duration(time.a_ms),
                duration(time.b_ms)
            )?;
        }
    }
    writeln!(
        out,
        "\n{} changed, {} unchanged.",
        comparison.cases.len(),
        comparison.unchanged
    )
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
