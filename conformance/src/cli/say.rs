//! Messages for a person, in lines that fit the terminal.

use std::fmt::Display;
use std::io::{self, Write};

use manual::Lines;

/// Prints a message to standard error, with the name of the program.
pub(crate) fn say(message: &dyn Display) {
    let mut out = anstream::stderr();
    let mut lines = Lines::new(&mut out, manual::columns(&io::stderr()));
    // There is no other place to report a closed standard error.
    let _ = writeln!(lines, "conformance: {message}");
}

/// Prints a line to standard output.
pub(crate) fn tell(line: &dyn Display) {
    let mut out = anstream::stdout();
    let mut lines = Lines::new(&mut out, manual::columns(&io::stdout()));
    // A reader may close the pipe. The exit code gives the result.
    let _ = writeln!(lines, "{line}");
}
