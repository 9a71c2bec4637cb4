//! A comparison as text for a terminal: the cases that got worse first, the exit code last.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::record::{Change, Comparison};
use super::wording::{CHANGES, Row, rows, step, title, value};
use crate::exit::ExitCode;
use crate::report::duration;
use openapi::shown::visible;

const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const DIM: Style = Style::new().dimmed();

pub(super) fn render(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let rows = rows(comparison);
    let width = |text: fn(&Row) -> &str| {
        let widths = rows.iter().map(|row| text(row).chars().count());
        widths.max().unwrap_or(0)
    };
    let (first, second) = (width(|row| row.0), width(|row| &row.1));
    writeln!(out, "{DIM}{:first$}  {:second$}  B{DIM:#}", "", "A")?;
    for (label, a, b) in &rows {
        writeln!(
            out,
            "{DIM}{label:first$}{DIM:#}  {:second$}  {}",
            visible(a),
            visible(b)
        )?;
    }
    writeln!(out)?;
    if !comparison.conditions.is_empty() {
        writeln!(out, "{DIM}different conditions{DIM:#}")?;
        for condition in &comparison.conditions {
            let (a, b) = (value(&condition.a), value(&condition.b));
            writeln!(
                out,
                "  {}: {} → {}",
                visible(&condition.what),
                visible(&a),
                visible(&b)
            )?;
        }
        writeln!(out)?;
    }
    for change in CHANGES {
        let of_change = || comparison.cases.iter().filter(|case| case.change == change);
        let count = of_change().count();
        if count == 0 {
            continue;
        }
        let style = style_of(change);
        writeln!(out, "{style}{}{style:#} {count}", title(change))?;
        for case in of_change() {
            writeln!(
                out,
                "  {} {} {}",
                case.level.name(),
                visible(&case.id),
                step(case.a, case.b)
            )?;
            match change {
                Change::Worse | Change::Undecided => {
                    writeln!(out, "    {DIM}{}{DIM:#}", visible(&case.reason))?;
                }
                Change::Gone | Change::Better | Change::Decided | Change::New => {}
            }
        }
        writeln!(out)?;
    }
    for (title, parts) in [
        ("no longer observed", &comparison.coverage.lost),
        ("observed now", &comparison.coverage.gained),
    ] {
        if !parts.is_empty() {
            writeln!(out, "{DIM}{title}{DIM:#} {}", parts.len())?;
            for part in parts {
                writeln!(out, "  {}", visible(part))?;
            }
            writeln!(out)?;
        }
    }
    if !comparison.times.is_empty() {
        writeln!(out, "{DIM}slower and faster{DIM:#}")?;
        for time in &comparison.times {
            writeln!(
                out,
                "  {:>8} → {:>8}  {}",
                duration(time.a_ms),
                duration(time.b_ms),
                visible(&time.id)
            )?;
        }
        writeln!(out)?;
    }
    writeln!(
        out,
        "{} changed, {} unchanged",
        comparison.cases.len(),
        comparison.unchanged
    )?;
    let style = if comparison.code() == ExitCode::Conformant {
        GREEN
    } else {
        RED
    };
    writeln!(
        out,
        "{style}exit {}{style:#}: {}",
        comparison.exit.code,
        visible(&comparison.exit.reason)
    )
}

fn style_of(change: Change) -> Style {
    match change {
        Change::Worse => RED,
        Change::Undecided | Change::Gone => YELLOW,
        Change::Better | Change::Decided | Change::New => GREEN,
    }
}
