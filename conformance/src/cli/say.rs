//! Messages for a person.

use std::fmt::Display;

/// Prints a message to standard error, with the name of the program.
pub(crate) fn say(message: &dyn Display) {
    manual::eprint_line(format_args!("conformance: {message}"));
}
