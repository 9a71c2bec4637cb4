//! The file, and connections to it.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::SqlitePool;
use sqlx::error::DatabaseError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::super::StoreError;

/// How long a statement waits for another process that writes to the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a request waits for a connection of this process.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// The result code of SQLite that says so; extended codes have it in their lowest byte (<https://sqlite.org/rescode.html>).
const SQLITE_BUSY: u32 = 5;

/// How long to pause where SQLite does not wait by itself.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// A SQLite file that a store can be opened from, existing or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteFile(PathBuf);

impl SqliteFile {
    /// The file at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// How to open it; it exists from here on.
    pub(super) fn options(&self) -> Result<SqliteConnectOptions, StoreError> {
        create_private(&self.0).map_err(|error| StoreError::Unavailable(sqlx::Error::Io(error)))?;
        Ok(SqliteConnectOptions::new()
            .filename(&self.0)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT))
    }
}

/// A pool whose first connection is open.
///
/// Of two processes that switch a new file to WAL at the same moment, SQLite refuses one as busy without having waited for
/// the busy timeout (<https://sqlite.org/wal.html>), so that waiting is done here.
pub(super) async fn connect(
    connections: u32,
    options: SqliteConnectOptions,
) -> Result<SqlitePool, StoreError> {
    let begun = Instant::now();
    loop {
        let pool = SqlitePoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE_TIMEOUT);
        match pool.connect_with(options.clone()).await {
            Err(sqlx::Error::Database(error))
                if is_busy(&*error) && begun.elapsed() < BUSY_TIMEOUT =>
            {
                tokio::time::sleep(BUSY_PAUSE).await;
            }
            result => return Ok(result?),
        }
    }
}

fn is_busy(error: &dyn DatabaseError) -> bool {
    let code = error.code().and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == SQLITE_BUSY)
}

/// Creates the file when it does not exist, so that nobody but its owner may read it; SQLite gives the files beside it the
/// same mode.
fn create_private(path: &Path) -> io::Result<()> {
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map(|_| ())
}
