//! One thing that was looked at, and how it is.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::exit::{Exit, Failure};

/// One thing that was looked at.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) state: State,
    pub(super) subject: &'static str,
    pub(super) text: String,
}

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Ok,
    /// It serves, and somebody should look at it.
    Warning,
    /// It would not serve; with what exit code.
    Failed(Exit),
}

impl Finding {
    pub(super) fn ok(subject: &'static str, text: impl Into<String>) -> Self {
        Self {
            state: State::Ok,
            subject,
            text: text.into(),
        }
    }

    pub(super) fn warning(subject: &'static str, text: impl Into<String>) -> Self {
        Self {
            state: State::Warning,
            subject,
            text: text.into(),
        }
    }

    /// What `serve` would end with.
    pub(super) fn failed(subject: &'static str, failure: &Failure) -> Self {
        Self {
            state: State::Failed(failure.exit()),
            subject,
            text: failure.to_string(),
        }
    }
}

/// The mode of a file that others than its owner may use.
pub(super) fn exposed(file: &Path) -> Option<u32> {
    let mode = fs::metadata(file).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}
