//! When pages of the write-ahead log are moved into the file, so that the log begins again.
//!
//! SQLite does this within a commit, where everybody who waits for the commit waits for it too, and where readers that stay in
//! their transactions keep the log from ever beginning again (<https://sqlite.org/wal.html>, "Avoiding Excessively Large WAL
//! Files"). So it is done between commits, while no reader is in a transaction.

use std::sync::Arc;

use rusqlite::Connection;

use super::file::CHECKPOINT_PAGES;
use super::reader::Readers;

/// The checkpoints of the log, and its readers.
#[derive(Debug)]
pub(super) struct Checkpoints {
    readers: Arc<Readers>,
    /// The number of pages in the log at the last checkpoint.
    pages_then: u32,
}

impl Checkpoints {
    /// Builds the checkpoints of the log that these connections read.
    pub(super) fn new(readers: Arc<Readers>) -> Self {
        Self {
            readers,
            pages_then: 0,
        }
    }

    /// Ends the readers' transactions, for which checkpoints of other processes would wait: an operator's, or another command's.
    pub(super) fn when_quiet(&self) {
        self.readers.release();
    }

    /// Makes a checkpoint if the log has grown enough, over the connection that writes.
    pub(super) fn after_commit(&mut self, connection: &Connection) {
        let Some(pages) = pages_in_log(connection) else {
            return;
        };
        if pages < self.pages_then {
            // The log has begun again.
            self.pages_then = 0;
        }
        if pages - self.pages_then < CHECKPOINT_PAGES {
            return;
        }
        // A reader in an old transaction keeps later pages from being moved.
        self.readers.release();
        // What cannot be moved now, because the disk is full or a read takes long, is moved the next time.
        let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        // A reader in the log keeps it from beginning again; from here on they read the file.
        self.readers.release();
        self.pages_then = pages;
    }
}

/// Reads how many pages are in the log (<https://sqlite.org/pragma.html#pragma_wal_checkpoint>).
fn pages_in_log(connection: &Connection) -> Option<u32> {
    let mut statement = connection
        .prepare_cached("PRAGMA wal_checkpoint(NOOP)")
        .ok()?;
    statement.query_row([], |row| row.get("log")).ok()
}
