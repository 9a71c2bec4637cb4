//! Why the store could not do what it was asked.

use rusqlite::ErrorCode;
use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::migrate::MigrateError;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, opened or written now; trying again later can help.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// The connection to it ended while it was asked; another one may work.
    #[error("the store is not available: {0}")]
    Disconnected(String),
    /// PostgreSQL has as many sessions as it allows; one may become free.
    #[error("the store is not available: {0}")]
    Full(String),
    /// Another session has locked what was to be read or written, and nothing was done.
    #[error("the store is not available: {0}")]
    Locked(String),
    /// The database ended the transaction since others were in its way, and nothing was done; it may be run again.
    #[error("the store is not available: {0}")]
    Conflict(String),
    /// It is committed, and the database warns about it: above all, that no standby has it.
    #[error("it is done, but a failover could undo it, since no standby has confirmed it: {0}")]
    Unconfirmed(String),
    /// There is no such SQLite file.
    #[error("the store is not available: there is no file {0}")]
    Missing(String),
    /// The file is not a SQLite database.
    #[error("the store is not available: {0}")]
    NotADatabase(String),
    /// PostgreSQL does not take the role's password.
    #[error("the store is not available: {0}")]
    WrongPassword(String),
    /// Another process serves the SQLite file.
    #[error(
        "another server{} uses this SQLite file, which is for one. Stop that one, or let replicas share PostgreSQL",
        process.map(|id: u32| format!(" (process {id})")).unwrap_or_default()
    )]
    Claimed {
        /// The other process, if it could be read.
        process: Option<u32>,
    },
    /// The token on whose behalf something was to be written was revoked meanwhile. Nothing was written.
    #[error("the caller's token is revoked")]
    CallerRevoked,
    /// It does not hold what an operator asked about, or may not do it.
    #[error("{0}")]
    Refused(String),
    /// It holds or answers what it should not. Trying again does not help.
    #[error("the store is inconsistent: {0}")]
    Inconsistent(String),
    /// Its schema cannot be brought to the one of this program.
    #[error(
        "the store cannot be migrated: {0}. If a newer version of this program has used it, use that one"
    )]
    Migration(#[from] MigrateError),
}

impl StoreError {
    /// Copies the error, for several callers that wait for the same work.
    pub(super) fn share(&self) -> Self {
        match self {
            Self::Unavailable(why) => Self::Unavailable(why.clone()),
            Self::Disconnected(why) => Self::Disconnected(why.clone()),
            Self::Full(why) => Self::Full(why.clone()),
            Self::Locked(why) => Self::Locked(why.clone()),
            Self::Conflict(why) => Self::Conflict(why.clone()),
            Self::Unconfirmed(why) => Self::Unconfirmed(why.clone()),
            Self::Missing(path) => Self::Missing(path.clone()),
            Self::NotADatabase(why) => Self::NotADatabase(why.clone()),
            Self::WrongPassword(why) => Self::WrongPassword(why.clone()),
            Self::Inconsistent(why) => Self::Inconsistent(why.clone()),
            Self::CallerRevoked => Self::CallerRevoked,
            Self::Refused(why) => Self::Refused(why.clone()),
            Self::Claimed { process } => Self::Claimed { process: *process },
            Self::Migration(error) => Self::Inconsistent(error.to_string()),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let text = error.to_string();
        match error {
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::Decode(_)
            | sqlx::Error::RowNotFound
            | sqlx::Error::TypeNotFound { .. } => Self::Inconsistent(text),
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => Self::Disconnected(text),
            sqlx::Error::Database(answer) => by_code(&*answer, text),
            // The enum is not exhaustive; the rest concerns connections, files and locks.
            _ => Self::Unavailable(text),
        }
    }
}

/// Tells errors of a database apart by their code: PostgreSQL's SQLSTATE
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>) or SQLite's result code
/// (<https://sqlite.org/rescode.html>), which has at most four digits where a SQLSTATE has five characters.
fn by_code(answer: &dyn DatabaseError, text: String) -> StoreError {
    match answer.code().as_deref() {
        // The database ended the session: it is shutting down, has crashed or is starting.
        Some("57P01" | "57P02" | "57P03") => StoreError::Disconnected(text),
        // lock_not_available
        Some("55P03") => StoreError::Locked(text),
        // serialization_failure, deadlock_detected
        Some("40001" | "40P01") => StoreError::Conflict(text),
        // too_many_connections
        Some("53300") => StoreError::Full(text),
        // invalid_password
        Some("28P01") => StoreError::WrongPassword(text),
        // SQLITE_NOTADB
        Some("26") => StoreError::NotADatabase(text),
        // A constraint that a statement of ours violates, in contrast to a file that is locked, full or removed.
        Some(_) | None if answer.kind() != ErrorKind::Other => StoreError::Inconsistent(text),
        Some(_) | None => StoreError::Unavailable(text),
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        match error.sqlite_error_code() {
            // A constraint that a statement of ours violates, in contrast to a file that is locked, full or removed.
            Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch) => {
                Self::Inconsistent(text)
            }
            Some(ErrorCode::NotADatabase) => Self::NotADatabase(text),
            Some(_) => Self::Unavailable(text),
            // Not from SQLite but about what it answered: a missing column or row, another type.
            None => Self::Inconsistent(text),
        }
    }
}
