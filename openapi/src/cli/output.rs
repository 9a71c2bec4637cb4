//! Where reports are written: standard output or a file.

use std::io::{self, Write};
use std::path::Path;

use manual::Lines;

use super::exit::Failure;
use crate::render::text::Length;
use crate::shown::visible;

/// Returns the width of a report for people: none in a file, whose lines are for other programs.
pub(super) fn columns(file: Option<&Path>) -> Option<usize> {
    match file {
        Some(_) => None,
        None => manual::columns(&io::stdout()),
    }
}

/// Returns how much of a long report is written to these lines: only a person in a terminal does not read all of it.
pub(super) fn length(lines: &Lines<'_>) -> Length {
    match lines.width() {
        Some(_) => Length::Folded,
        None => Length::Whole,
    }
}

/// Writes to standard output. A reader that closes the pipe early is not an error.
///
/// # Errors
///
/// [`Exit::Unreadable`](super::Exit::Unreadable), when standard output cannot be written to.
pub fn print(
    what: &str,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::unreadable(format!("cannot write {what}: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes to a file, or to standard output when no file is given. The file is written at once, so that an
/// error leaves no partial file.
///
/// # Errors
///
/// [`Exit::Unreadable`](super::Exit::Unreadable), when it cannot be written.
pub fn write_to(
    file: Option<&Path>,
    what: &str,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let Some(path) = file else {
        return print(what, write);
    };
    let mut text = anstream::StripStream::new(Vec::new());
    write(&mut text)
        .and_then(|()| std::fs::write(path, text.into_inner()))
        .map_err(|error| {
            Failure::unreadable(format!(
                "cannot write {what} to {}: {error}: name a file in a folder that exists and is writable",
                visible(&path.display().to_string())
            ))
        })
}
