//! Every exit code of `oasproof` and `cargo xtask`, and the error that carries one.

use std::fmt;
use std::process::ExitCode;

/// The meaning of an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: every check passed; a comparison found nothing at or above the threshold.
    Success,
    /// 1: a check failed; a comparison found something at or above the threshold, or a waiver is stale.
    Failed,
    /// 2: the command line is invalid, or a file that belongs to it is.
    Usage,
    /// 3: a document cannot be read, parsed or resolved, or a program that is needed does not run.
    Unreadable,
    /// 4: a comparison found only differences that it could prove neither compatible nor breaking.
    Unproven,
}

impl Exit {
    /// Returns the number that the process exits with.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Unreadable => 3,
            Self::Unproven => 4,
        }
    }

    /// Returns the graver of two results of the same command.
    #[must_use]
    pub fn or_worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::Failed, _) | (_, Self::Failed) => Self::Failed,
            (one, Self::Success) => one,
            (_, other) => other,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// How a command ended that did its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The exit code.
    pub exit: Exit,
    /// What decided it: `2 changes are breaking`.
    pub reason: String,
}

impl Ending {
    /// Prints the last line of a report for people: programs have the exit code.
    pub fn print(&self) {
        let Self { exit, reason } = self;
        manual::print_line(format_args!("exit {}: {reason}", exit.code()));
    }
}

/// A command that could not do its work: the message says what, why and what to do.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    message: String,
}

impl Failure {
    /// Builds a failure that ends the program with this exit code.
    #[must_use]
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
        }
    }

    /// Returns the message with its lines joined.
    pub(super) fn in_one_line(&self) -> String {
        self.message.replace('\n', ": ")
    }

    /// Builds a failure for something that cannot be read or run.
    #[must_use]
    pub fn unreadable(message: impl Into<String>) -> Self {
        Self::new(Exit::Unreadable, message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// The result of a command.
pub type Outcome = Result<Exit, Failure>;

/// Returns the exit code of a command, after printing the message of a failure.
#[must_use]
pub fn conclude(outcome: Outcome) -> ExitCode {
    let exit = outcome.unwrap_or_else(|failure| {
        manual::eprint_line(format_args!("error: {failure}"));
        failure.exit
    });
    exit.into()
}
