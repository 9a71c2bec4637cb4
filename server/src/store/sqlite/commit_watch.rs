//! Whether there was a commit, as `PRAGMA data_version` shows it (<https://sqlite.org/pragma.html#pragma_data_version>).
//!
//! The number changes when another connection has committed, of this process or of another one, and is only comparable with
//! numbers of the same connection. So one connection, which never writes and is never in a transaction, reads it for all.

use parking_lot::Mutex;
use rusqlite::Connection;

use super::super::error::StoreError;
use super::file::SqliteFile;

/// The connection that reads the number.
#[derive(Debug)]
pub(super) struct CommitWatch(Mutex<Watch>);

#[derive(Debug)]
struct Watch {
    connection: Connection,
    /// The mark at the last call of [`advance`](CommitWatch::advance).
    last: Option<CommitMark>,
}

/// The number. Between two reads of the same mark there was no commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CommitMark(i64);

impl CommitWatch {
    /// Watches this file.
    pub(super) fn start(file: &SqliteFile) -> Result<Self, StoreError> {
        Ok(Self(Mutex::new(Watch {
            connection: file.connect_to_read()?,
            last: None,
        })))
    }

    /// Reads the current mark. Returns `None` when it cannot be read: then nothing may be cached.
    pub(super) fn mark(&self) -> Option<CommitMark> {
        self.0.lock().mark()
    }

    /// Reads the current mark, and returns whether it differs from the one at the last call.
    pub(super) fn advance(&self) -> (Option<CommitMark>, bool) {
        let mut watch = self.0.lock();
        let mark = watch.mark();
        let changed = watch.last != mark;
        watch.last = mark;
        (mark, changed)
    }
}

impl Watch {
    fn mark(&self) -> Option<CommitMark> {
        data_version(&self.connection).map(CommitMark)
    }
}

/// Reads the number of a connection. Its own commits do not change it.
pub(super) fn data_version(connection: &Connection) -> Option<i64> {
    let mut statement = connection.prepare_cached("PRAGMA data_version").ok()?;
    statement.query_row([], |row| row.get(0)).ok()
}
