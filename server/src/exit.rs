//! How the program ends: every exit code, and the failures that lead to them.

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use sqlx::migrate::MigrateError;

use crate::config::FileError;
use crate::domain::issue::IssueError;
use crate::domain::keys::KeyError;
use crate::store::{Location, StoreError};
use crate::telemetry::LogsError;
use crate::telemetry::traces::TracesError;
use crate::tls::TlsError;

/// The exit codes of every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The command has succeeded, or was stopped by a signal and finished the requests in progress.
    Ok = 0,
    /// Invalid arguments, environment, configuration or key file. Trying again does not help.
    Usage = 2,
    /// Something is not available: the address is taken, the store or standard output does not work; or the server failed while
    /// it served. Trying again may help.
    Unavailable = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command failed. The message says so in one or two lines, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// `DZ_LOG` or `--log` is not a valid filter.
    #[error(
        "the log filter is not valid: {0}. Give a level such as `info`, or `server=debug,sqlx=warn`"
    )]
    LogFilter(#[source] tracing_subscriber::filter::ParseError),
    /// The configuration file cannot be used.
    #[error(transparent)]
    Config(#[from] FileError),
    /// TLS is not configured correctly.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Traces cannot be sent.
    #[error(transparent)]
    Traces(#[from] TracesError),
    /// There is no valid key ring.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The store cannot be opened or does not answer.
    #[error("{source}\n  while using {at}. {}", remedy(source, at))]
    Store {
        /// The store.
        at: Box<Location>,
        /// The error of the store.
        source: StoreError,
    },
    /// What a command is about does not exist, or may not be done.
    #[error("{0}")]
    Refused(String),
    /// The server cannot listen on the address.
    #[error(
        "cannot listen on {address}: {source}. Choose another address with {option}, or port 0 for a free one"
    )]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// The option that asked for it.
        option: &'static str,
        /// The error of the system.
        source: io::Error,
    },
    /// The user has another role in the business than the one asked for.
    #[error(
        "{email} is in {business} as {actual} already, and bootstrap changes no roles. \
         Leave the role as it is with `--role {actual}`"
    )]
    OtherRole {
        /// The business's name.
        business: String,
        /// The user's email.
        email: String,
        /// The role that the user has.
        actual: &'static str,
    },
    /// The first token cannot be issued.
    #[error("no token could be issued: {0}")]
    Issue(#[from] IssueError),
    /// Signal handlers, threads or the like cannot be set up.
    #[error("the runtime cannot start: {0}")]
    Runtime(#[source] io::Error),
    /// A task of the server panicked while it served.
    #[error(
        "a part of the server has failed, so that it has stopped. The log says which and why; start it again"
    )]
    Part,
    /// Standard output cannot be written.
    #[error("cannot write to standard output: {0}")]
    Stdout(#[source] io::Error),
    /// Completions or manual pages cannot be written.
    #[error(transparent)]
    Manual(#[from] manual::Error),
}

impl From<LogsError> for Failure {
    fn from(error: LogsError) -> Self {
        match error {
            LogsError::Filter(error) => Self::LogFilter(error),
            LogsError::Thread(error) => Self::Runtime(error),
        }
    }
}

impl Failure {
    /// Builds the failure of the store at this location.
    pub(crate) fn store(at: &Location, source: StoreError) -> Self {
        match source {
            StoreError::Refused(why) => Self::Refused(why),
            source => Self::Store {
                at: Box::new(at.clone()),
                source,
            },
        }
    }

    /// Returns the exit code of this failure.
    pub fn exit(&self) -> Exit {
        match self {
            Self::LogFilter(_)
            | Self::Config(_)
            | Self::Tls(_)
            | Self::Traces(_)
            | Self::Keys(_)
            | Self::Refused(_)
            | Self::OtherRole { .. } => Exit::Usage,
            Self::Store { .. }
            | Self::Bind { .. }
            | Self::Issue(_)
            | Self::Runtime(_)
            | Self::Part
            | Self::Stdout(_)
            | Self::Manual(_) => Exit::Unavailable,
        }
    }
}

/// Says what to do about a store that fails.
fn remedy(source: &StoreError, at: &Location) -> &'static str {
    match (source, at) {
        (StoreError::Claimed { .. }, _) => "Or choose another file with --database",
        (StoreError::NotADatabase(_), _) => {
            "It is left as it is. Choose another file with --database, one that is not there yet for a new database"
        }
        (StoreError::WrongPassword(_), _) => {
            "Is the role there, and its password right? Both are part of the URL in --database or DZ_DATABASE"
        }
        (StoreError::Missing(_), _) => {
            "`server bootstrap` creates it, with a first user and token. Or choose another one with --database"
        }
        (StoreError::Locked(_) | StoreError::Conflict(_), _) => {
            "Nothing was changed. Repeat the command when the other session has ended"
        }
        (StoreError::Unconfirmed(_), _) => {
            "Repeat the command when the standby is there again: it waits for it, and changes nothing else"
        }
        (
            StoreError::Unavailable(_)
            | StoreError::Disconnected(_)
            | StoreError::Full(_)
            | StoreError::CallerRevoked
            | StoreError::Refused(_)
            | StoreError::Inconsistent(_)
            | StoreError::Migration(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..)),
            Location::Sqlite(_),
        ) => "Is its directory there and writable? Choose another one with --database",
        // Its schema is not one that this program has made.
        (StoreError::Migration(_), Location::Sqlite(_)) => {
            "It is left as it is. Or choose another file with --database"
        }
        (StoreError::Migration(_), Location::Postgres(_)) => {
            "Has `server migrate` been run as a role that may change the schema?"
        }
        (
            StoreError::Unavailable(_)
            | StoreError::Disconnected(_)
            | StoreError::Full(_)
            | StoreError::CallerRevoked
            | StoreError::Refused(_)
            | StoreError::Inconsistent(_),
            Location::Postgres(_),
        ) => "Does the database run, and may this role use it? Choose another one with --database",
    }
}
