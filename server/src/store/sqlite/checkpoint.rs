//! When pages of the write-ahead log go into the file, and the log begins again.
//!
//! SQLite does this within a commit, where whoever waits for the commit waits for it too, and where readers that stay in
//! their transactions keep the log from ever beginning again (<https://sqlite.org/wal.html>, "Avoiding Excessively Large WAL
//! Files"). So it is done between commits, with the readers out of the way.

use std::sync::Arc;

use rusqlite::Connection;

use super::file::CHECKPOINT_PAGES;
use super::reader::Readers;

/// The log, and who reads in it.
#[derive(Debug)]
pub(super) struct Checkpoints {
    readers: Arc<Readers>,
    /// How many pages the log had at the last one.
    done: u32,
}

impl Checkpoints {
    pub(super) fn of(readers: Arc<Readers>) -> Self {
        Self { readers, done: 0 }
    }

    /// Lets others have the log to themselves, whose checkpoints would wait for our readers: an operator's, or another command's.
    pub(super) fn when_quiet(&self) {
        self.readers.release();
    }

    /// Makes one when it is time, over the connection that writes.
    pub(super) fn after_commit(&mut self, connection: &Connection) {
        let Some(moment) = self.readers.index().now() else {
            return;
        };
        let pages = moment.frames();
        if pages < self.done {
            // It has begun again.
            self.done = 0;
        }
        if pages - self.done < CHECKPOINT_PAGES {
            return;
        }
        // Who reads in an old transaction keeps later pages from being moved.
        self.readers.release();
        // What cannot be moved now, on a disk that is full or for a long read, is moved the next time.
        let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        // And who reads in the log at all keeps it from beginning again: from here on they read in the file.
        self.readers.release();
        self.done = pages;
    }
}
