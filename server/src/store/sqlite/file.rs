//! The file, and connections to it.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::super::error::StoreError;

/// How long a statement waits for another process that writes to the file.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a read waits where it must. In WAL mode that is only while the file is recovered after a crash, and the read blocks a
/// thread that serves requests.
const READ_BUSY_TIMEOUT: Duration = Duration::from_secs(1);

/// The pause between two attempts where SQLite does not wait by itself.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// The page cache of all connections that read together, in KiB, where as many threads serve as there are processors. Other pages
/// are copied from the system's cache.
const READ_CACHE_KIB: usize = 160 * 1024;

/// The smallest page cache of one of them, in KiB.
const MIN_READ_CACHE_KIB: usize = 8 * 1024;

/// The most statements that a connection keeps prepared: more than there are.
const STATEMENTS: usize = 64;

/// Pages by which the write-ahead log grows between two checkpoints of ours: 4 MB.
pub(super) const CHECKPOINT_PAGES: u32 = 1000;

/// Pages of the write-ahead log from which on SQLite makes a checkpoint by itself, should there have been none of ours.
const SQLITE_CHECKPOINT_PAGES: u32 = 8 * CHECKPOINT_PAGES;

/// A SQLite file that a store can be opened from, existing or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteFile(PathBuf);

impl SqliteFile {
    /// Names the file at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Returns the path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the path without symbolic links, under which SQLite keeps the log. The file must exist.
    pub(super) fn real_path(&self) -> Result<PathBuf, StoreError> {
        self.0
            .canonicalize()
            .map_err(|error| StoreError::Unavailable(format!("{}: {error}", self.0.display())))
    }

    /// Checks that this is a file with one name. Under another name (a hard link) SQLite would use another log, and the file would
    /// be corrupted (<https://sqlite.org/howtocorrupt.html>, section 2.5).
    pub(super) fn require_one_name(&self) -> Result<(), StoreError> {
        let path = self.0.display();
        let metadata = fs::metadata(&self.0)
            .map_err(|error| StoreError::Unavailable(format!("{path}: {error}")))?;
        if !metadata.is_file() {
            return Err(StoreError::NotADatabase(format!("{path} is not a file")));
        }
        if metadata.nlink() > 1 {
            return Err(StoreError::Unavailable(format!(
                "{path} has another name (a hard link), under which it could be opened with another log. Remove one of the names"
            )));
        }
        Ok(())
    }

    /// Opens a connection that may write; the file exists and is in WAL mode from then on.
    ///
    /// Of two processes that switch a new file to WAL at the same moment, SQLite refuses one as busy without having waited
    /// for the busy timeout (<https://sqlite.org/wal.html>), so that waiting is done here.
    pub(super) async fn connect(&self) -> Result<Connection, StoreError> {
        create_private(&self.0).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        self.require_one_name()?;
        let begun = Instant::now();
        loop {
            match self.open_to_write() {
                Err(error)
                    if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                        && begun.elapsed() < BUSY_TIMEOUT =>
                {
                    tokio::time::sleep(BUSY_PAUSE).await;
                }
                result => return Ok(result?),
            }
        }
    }

    fn open_to_write(&self) -> rusqlite::Result<Connection> {
        let connection = self.open(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "wal_autocheckpoint", SQLITE_CHECKPOINT_PAGES)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // The log and its index exist after the first read.
        connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    }

    /// Opens a connection that reads.
    pub(super) fn connect_to_read(&self) -> Result<Connection, StoreError> {
        let connection = self.open(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(READ_BUSY_TIMEOUT)?;
        // In KiB where it is negative (<https://sqlite.org/pragma.html#pragma_cache_size>).
        connection.pragma_update(None, "cache_size", format!("-{}", read_cache_kib()))?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }

    fn open(&self, access: OpenFlags) -> rusqlite::Result<Connection> {
        // Each connection is used by one thread at a time.
        let connection =
            Connection::open_with_flags(&self.0, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // Otherwise SQLite drops a prepared statement for each new value of a LIMIT, and compiles it again for every request
        // (<https://sqlite.org/queryplanner-ng.html#qpstab>).
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        Ok(connection)
    }
}

fn read_cache_kib() -> usize {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    (READ_CACHE_KIB / threads).max(MIN_READ_CACHE_KIB)
}

/// Creates the file when it does not exist, so that only its owner may read it; SQLite gives the files beside it the same
/// mode. A file that exists is not touched: closing it would end the locks that this process has on it.
fn create_private(path: &Path) -> io::Result<()> {
    let created = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match created {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        created => created.map(|_| ()),
    }
}
