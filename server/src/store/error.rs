//! Why the store could not do what it was asked.

use rusqlite::ErrorCode;
use sqlx::error::ErrorKind;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, opened or written now; trying again later can help.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// The connection to it ended while it was asked; another one may work.
    #[error("the store is not available: {0}")]
    Disconnected(String),
    /// Another process serves the SQLite file.
    #[error(
        "another server{} uses this SQLite file, which is for one. Stop that one, or let replicas share PostgreSQL",
        process.map(|id: u32| format!(" (process {id})")).unwrap_or_default()
    )]
    Claimed {
        /// The other process, if it could be read.
        process: Option<u32>,
    },
    /// It holds or answers what it should not. Trying again does not help.
    #[error("the store is inconsistent: {0}")]
    Inconsistent(String),
    /// Its schema cannot be brought to the one of this program.
    #[error(
        "the store cannot be migrated: {0}. If a newer version of this program has used it, use that one"
    )]
    Migration(#[from] sqlx::migrate::MigrateError),
}

impl StoreError {
    pub(super) fn of_another() -> Self {
        Self::Inconsistent("a moment of another store".to_owned())
    }

    /// The same for another who waits for the same work.
    pub(super) fn share(&self) -> Self {
        match self {
            Self::Unavailable(why) => Self::Unavailable(why.clone()),
            Self::Disconnected(why) => Self::Disconnected(why.clone()),
            Self::Inconsistent(why) => Self::Inconsistent(why.clone()),
            Self::Claimed { process } => Self::Claimed { process: *process },
            Self::Migration(error) => Self::Inconsistent(error.to_string()),
        }
    }
}

/// SQLSTATEs that say that the database ended the session: it is shutting down, has crashed or is starting
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>, class 57).
const SESSION_ENDED: [&str; 3] = ["57P01", "57P02", "57P03"];

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::Decode(_)
            | sqlx::Error::RowNotFound
            | sqlx::Error::TypeNotFound { .. } => Self::Inconsistent(error.to_string()),
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => Self::Disconnected(error.to_string()),
            sqlx::Error::Database(ref answer)
                if answer
                    .code()
                    .is_some_and(|code| SESSION_ENDED.contains(&&*code)) =>
            {
                Self::Disconnected(error.to_string())
            }
            // A constraint that a statement of ours violates, as against a file that is locked, full or gone.
            sqlx::Error::Database(ref answer) if answer.kind() != ErrorKind::Other => {
                Self::Inconsistent(error.to_string())
            }
            // The enum is not exhaustive; what is left concerns connections, files and locks.
            error => Self::Unavailable(error.to_string()),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            // A constraint that a statement of ours violates, as against a file that is locked, full or gone.
            Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch) => {
                Self::Inconsistent(error.to_string())
            }
            Some(_) => Self::Unavailable(error.to_string()),
            // Not from SQLite but about what it answered: a missing column or row, another type.
            None => Self::Inconsistent(error.to_string()),
        }
    }
}
