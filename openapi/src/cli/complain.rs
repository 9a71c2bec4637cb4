//! Errors for a person, in lines that fit the terminal.

use std::fmt::Display;
use std::io::{self, Write};

use manual::Lines;

/// Prints to standard error what is wrong.
pub(super) fn complain(what: &dyn Display) {
    let mut out = anstream::stderr();
    let mut lines = Lines::new(&mut out, manual::columns(&io::stderr()));
    // There is no other place to report a closed standard error.
    let _ = writeln!(lines, "error: {what}");
}
