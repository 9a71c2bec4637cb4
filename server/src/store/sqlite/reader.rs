//! Connections that read, on the thread of the caller.
//!
//! Beginning and ending a read transaction costs more than the reads of a request: each takes a lock of the file, which all
//! threads wait for. So a connection stays in its transaction, and reads on in it as long as the [`CommitWatch`] shows no
//! commit since it began; otherwise it begins another one. The callers' tokens and short pages, which are asked for again
//! and again, come from the [`SnapshotCache`] while it is current.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, MutexGuard};
use rusqlite::Connection;
use uuid::Uuid;

use super::super::error::StoreError;
use super::super::listing::{ListTokens, Page};
use super::super::records::CallerToken;
use super::commit_watch::{CommitMark, CommitWatch};
use super::file::SqliteFile;
use super::identity::FileIdentity;
use super::snapshot_cache::SnapshotCache;
use super::{listing, row};

/// The free connections. There are never more than threads have read at the same time.
pub(super) struct Readers {
    file: SqliteFile,
    identity: FileIdentity,
    watch: CommitWatch,
    cache: SnapshotCache,
    /// The connection that was used last is taken first: its pages are the warmest. `None` once the store is closed.
    free: Mutex<Option<Vec<Reader>>>,
    /// The number of calls of [`release`](Self::release).
    releases: AtomicU64,
}

struct Reader {
    connection: Connection,
    /// The mark that was read before the connection's transaction began.
    since: Option<CommitMark>,
}

impl Reader {
    /// Begins another transaction if the current one may be older than this mark. A commit after the mark may be visible in it,
    /// which only costs another transaction next time.
    fn renew(&mut self, mark: Option<CommitMark>) -> Result<(), StoreError> {
        if self.since.is_some() && self.since == mark && !self.connection.is_autocommit() {
            return Ok(());
        }
        self.release()?;
        self.connection.prepare_cached("BEGIN")?.execute([])?;
        self.since = mark;
        Ok(())
    }

    /// Ends the transaction: the log only begins again when no reader is in it.
    fn release(&mut self) -> Result<(), StoreError> {
        self.since = None;
        if !self.connection.is_autocommit() {
            self.connection.prepare_cached("COMMIT")?.execute([])?;
        }
        Ok(())
    }
}

impl Readers {
    /// Builds the readers of a file, without a connection yet.
    pub(super) fn new(file: SqliteFile, identity: FileIdentity, watch: CommitWatch) -> Self {
        Self {
            file,
            identity,
            watch,
            cache: SnapshotCache::default(),
            free: Mutex::new(Some(Vec::new())),
            releases: AtomicU64::new(0),
        }
    }

    /// Reads now, on this thread, all of it in one transaction. It sees every commit that was acknowledged before this call.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.read_since(None, work)
    }

    /// Reads on this thread, all of it in one transaction, which is not older than this mark; without a mark, than this call.
    pub(super) fn read_since<T>(
        &self,
        mark: Option<CommitMark>,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mark = match mark {
            Some(mark) => Some(mark),
            None => self.current_mark()?,
        };
        self.with(mark, |reader| work(&reader.connection))
    }

    /// Returns the token with this `jti`, as [`read`](Self::read) sees it, and the mark that was read before.
    pub(super) fn token(
        &self,
        jti: Uuid,
    ) -> Result<(Option<CallerToken>, Option<CommitMark>), StoreError> {
        let mark = self.current_mark()?;
        if let Some(cached) = mark.and_then(|mark| self.cache.token(mark, jti)) {
            return Ok((Some(cached), mark));
        }
        let token = self.with(mark, |reader| {
            let token = row::caller_token(&reader.connection, jti)?;
            if let (Some(token), Some(since)) = (&token, reader.since) {
                self.cache.add_token(&self.watch, since, jti, token);
            }
            Ok(token)
        })?;
        Ok((token, mark))
    }

    /// Returns a page of a listing, as [`read_since`](Self::read_since) sees it.
    pub(super) fn page(
        &self,
        list: &ListTokens,
        mark: Option<CommitMark>,
    ) -> Result<Page, StoreError> {
        let mark = match mark {
            Some(mark) => Some(mark),
            None => self.current_mark()?,
        };
        if let Some(cached) = mark.and_then(|mark| self.cache.page(mark, list)) {
            return Ok(cached);
        }
        self.with(mark, |reader| {
            let page = listing::page(&reader.connection, list)?;
            if let Some(since) = reader.since {
                self.cache.add_page(&self.watch, since, list, &page);
            }
            Ok(page)
        })
    }

    /// Checks the files and reads the current mark, for a read. The first call after a commit begins a transaction.
    ///
    /// While a connection of this process is in a transaction of the current mark, SQLite reads the mark without a system call for
    /// a lock of the file: `PRAGMA data_version` in a loop took 0.4 µs with such a transaction, and 2.3 µs without.
    fn current_mark(&self) -> Result<Option<CommitMark>, StoreError> {
        self.identity.check_for_read()?;
        let (mark, changed) = self.watch.advance();
        if changed {
            // After an error, marks only take longer to read.
            let _ = self.with(mark, |reader| {
                let mut any = reader
                    .connection
                    .prepare_cached("SELECT 1 FROM sqlite_schema LIMIT 1")?;
                Ok(any.exists([])?)
            });
        }
        Ok(mark)
    }

    /// Runs `work` on a connection whose transaction is not older than this mark.
    fn with<T>(
        &self,
        mark: Option<CommitMark>,
        work: impl FnOnce(&mut Reader) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let releases = self.releases.load(Ordering::Acquire);
        let free = match &mut *self.free() {
            Some(free) => free.pop(),
            None => return Err(StoreError::Unavailable("it is closed".to_owned())),
        };
        let mut reader = match free {
            Some(reader) => reader,
            None => {
                let connection = self.file.connect_to_read()?;
                self.identity.check()?;
                Reader {
                    connection,
                    since: None,
                }
            }
        };
        reader.renew(mark)?;
        let result = work(&mut reader);
        // A connection that failed may fail again.
        if matches!(
            result,
            Err(StoreError::Unavailable(_) | StoreError::NotADatabase(_))
        ) {
            return result;
        }
        if let Some(free) = &mut *self.free() {
            // Under the lock, so that no release comes between.
            if self.releases.load(Ordering::Acquire) == releases || reader.release().is_ok() {
                free.push(reader);
            }
        }
        result
    }

    /// Ends all transactions: those of free connections now, the others after the read that they are used for.
    pub(super) fn release(&self) {
        let mut free = self.free();
        self.releases.fetch_add(1, Ordering::AcqRel);
        if let Some(free) = &mut *free {
            free.retain_mut(|reader| reader.release().is_ok());
        }
    }

    /// Returns the cached reads.
    pub(super) fn cache(&self) -> &SnapshotCache {
        &self.cache
    }

    /// Reads the current mark.
    pub(super) fn mark(&self) -> Option<CommitMark> {
        self.watch.mark()
    }

    /// Closes the free connections now, and the others after their use.
    pub(super) fn close(&self) {
        self.free().take();
    }

    fn free(&self) -> MutexGuard<'_, Option<Vec<Reader>>> {
        self.free.lock()
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Readers")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}
