//! The texts that a program printed.

use std::process::Output;

/// Returns the standard output.
///
/// # Panics
///
/// If it is not UTF-8.
pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// Returns the standard error.
///
/// # Panics
///
/// If it is not UTF-8.
pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}
