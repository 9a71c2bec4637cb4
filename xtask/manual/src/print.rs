//! Lines for a person, which fit the terminal.

use std::fmt::Arguments;
use std::io::{self, Write};

use crate::columns::columns;
use crate::lines::Lines;

/// Prints a line to standard output. A reader may close the pipe: the exit code gives the result.
pub fn print_line(line: Arguments<'_>) {
    write(&mut anstream::stdout(), columns(&io::stdout()), line);
}

/// Prints a line to standard error. There is no other place to report that it is closed.
pub fn eprint_line(line: Arguments<'_>) {
    write(&mut anstream::stderr(), columns(&io::stderr()), line);
}

fn write(out: &mut dyn Write, width: Option<usize>, line: Arguments<'_>) {
    let _ = writeln!(Lines::new(out, width), "{line}");
}
