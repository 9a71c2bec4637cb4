//! How wide the programs write.

use std::io::{self, IsTerminal};

/// The width of help that is not written to a terminal.
const USUAL: usize = 80;

/// The most columns of help: longer lines are hard to read.
const MOST: usize = 100;

/// Returns the width of what is written to a stream: that of the environment variable `COLUMNS` or else of the terminal;
/// `None` for a file or a pipe, whose lines are for other programs and stay whole.
pub fn columns(stream: &impl IsTerminal) -> Option<usize> {
    let terminal = || {
        let size = stream.is_terminal().then(terminal_size::terminal_size);
        size.flatten().map(|(width, _)| usize::from(width.0))
    };
    given().or_else(terminal)
}

/// Returns the width of the help on standard output, for clap's `term_width`.
#[must_use]
pub fn help_columns() -> usize {
    columns(&io::stdout()).unwrap_or(USUAL).min(MOST)
}

/// Returns the width that the caller asks for. Zero is what some terminals say that do not know theirs.
fn given() -> Option<usize> {
    let columns = std::env::var("COLUMNS").ok()?.parse().ok();
    columns.filter(|columns| *columns > 0)
}
