//! A finding: what was checked, and its state.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::exit::{Exit, Failure};

/// What was checked, and what to do about it.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) state: State,
    pub(super) subject: &'static str,
    pub(super) text: String,
}

/// The state of what was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Ok,
    /// A server would start, and an operator should look at it.
    Warning,
    /// A server would not start, but end with this exit code.
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

    /// Builds the finding of a failure that `serve` would end with.
    pub(super) fn failed(subject: &'static str, failure: &Failure) -> Self {
        Self {
            state: State::Failed(failure.exit()),
            subject,
            text: failure.to_string(),
        }
    }
}

/// Returns the mode of a file if others than its owner may use it.
pub(super) fn exposed(file: &Path) -> Option<u32> {
    let mode = fs::metadata(file).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}
