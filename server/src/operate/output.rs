//! Rows on standard output: a table for people, or one JSON object per line.

use std::io::{self, Write};

use serde::Serialize;

use crate::exit::Failure;

/// Writes the rows as JSON lines. Returns whether somebody still reads them.
///
/// # Errors
///
/// [`Failure::Stdout`] unless the reader has closed the pipe.
pub(super) fn json_lines<Row: Serialize>(rows: &[Row]) -> Result<bool, Failure> {
    let mut lines = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut lines, row).expect("a row has no value that does not serialise");
        lines.push(b'\n');
    }
    write(&lines)
}

/// Writes the rows as a table with these columns. Returns whether somebody still reads them.
///
/// # Errors
///
/// [`Failure::Stdout`] unless the reader has closed the pipe.
pub(super) fn table<const COLUMNS: usize>(
    header: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
) -> Result<bool, Failure> {
    // A name may hold characters that a terminal obeys.
    let shown = rows.map(|row| row.map(|cell| cell.escape_debug().to_string()));
    let rows: Vec<_> = std::iter::once(header.map(str::to_owned))
        .chain(shown)
        .collect();
    let widths: [usize; COLUMNS] = std::array::from_fn(|column| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or_default()
    });
    let whole = widths.iter().sum::<usize>() + 2 * (COLUMNS - 1);
    let text = match manual::columns(&io::stdout()) {
        Some(width) if width < whole => records(&rows),
        Some(_) | None => lines(&rows, widths),
    };
    write(text.as_bytes())
}

/// Returns a line for each row.
fn lines<const COLUMNS: usize>(rows: &[[String; COLUMNS]], widths: [usize; COLUMNS]) -> String {
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(widths);
        let line: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Returns each row in lines of its own, with the header beside each cell, for a terminal in which the table does not fit.
fn records<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let [header, rows @ ..] = rows else {
        return String::new();
    };
    let width = header.iter().map(String::len).max().unwrap_or_default();
    let record = |row: &[String; COLUMNS]| -> String {
        let cells = header.iter().zip(row);
        let cells: String = cells
            .map(|(name, cell)| format!("{name:width$}  {cell}\n"))
            .collect();
        cells + "\n"
    };
    rows.iter().map(record).collect()
}

fn write(bytes: &[u8]) -> Result<bool, Failure> {
    match io::stdout().lock().write_all(bytes) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true).map_err(Failure::Stdout),
    }
}
