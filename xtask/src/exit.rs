//! Every exit code of `cargo xtask`, and the one error type that carries one.

use std::fmt;
use std::process::ExitCode;

/// What the exit code of a command says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: all held; of a comparison, nothing at or above the threshold.
    Success,
    /// 1: something did not hold; of a comparison, something at or above the threshold.
    Failed,
    /// 2: the command line is wrong, with which the argument parser exits before any command begins;
    /// or a file that belongs to the command line is.
    Usage,
    /// 3: a document cannot be read, parsed or resolved; or a program that is needed does not run.
    Unreadable,
    /// 4: only differences that could not be proven compatible or breaking.
    Unproven,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Success => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Unreadable => 3,
            Exit::Unproven => 4,
        })
    }
}

/// A command that could not do its work: what, why, what to do, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    message: String,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
        }
    }

    /// Something that is needed cannot be read or run.
    pub(crate) fn unreadable(message: impl Into<String>) -> Self {
        Self::new(Exit::Unreadable, message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

/// What a command comes to.
pub(crate) type Outcome = Result<Exit, Failure>;
