//! Connections that read, on whichever thread asks.
//!
//! Beginning and ending a read transaction costs more than the reads of a request: each takes a lock of the file, which all
//! threads wait for. So a connection stays in its transaction, and reads on in it as long as the [`WalIndex`] says that
//! nobody has committed since it began; otherwise it begins another one. What is asked again and again, whose token a request has
//! and what a short page holds, is [`Known`] for as long as it stays so, and then not read at all.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, MutexGuard};
use rusqlite::Connection;
use uuid::Uuid;

use super::super::error::StoreError;
use super::super::records::{Authentication, ListTokens, Page};
use super::file::SqliteFile;
use super::identity::FileIdentity;
use super::known::Known;
use super::wal_index::{Moment, WalIndex};
use super::{listing, row};

/// The connections that are free. There are never more than threads have read at the same moment.
pub(super) struct Readers {
    file: SqliteFile,
    identity: FileIdentity,
    index: WalIndex,
    known: Known,
    /// The last one that was used comes first: its pages are the warmest. `None` once the store is closed.
    free: Mutex<Option<Vec<Reader>>>,
    /// How often transactions were to be let go.
    releases: AtomicU64,
}

struct Reader {
    connection: Connection,
    /// From before the transaction began that the connection is in.
    since: Option<Moment>,
}

impl Reader {
    /// Sees to it that what is read next is not older than `now`, at which the index was looked at. What is committed since then
    /// may be in it, and only costs another transaction next time.
    fn renew(&mut self, now: Option<Moment>) -> Result<(), StoreError> {
        if self.since.is_some() && self.since == now && !self.connection.is_autocommit() {
            return Ok(());
        }
        self.release()?;
        self.connection.prepare_cached("BEGIN")?.execute([])?;
        self.since = now;
        Ok(())
    }

    /// Ends the transaction, and with it what it holds back: the log starts again from its beginning only when nobody reads in it.
    fn release(&mut self) -> Result<(), StoreError> {
        self.since = None;
        if !self.connection.is_autocommit() {
            self.connection.prepare_cached("COMMIT")?.execute([])?;
        }
        Ok(())
    }
}

impl Readers {
    pub(super) fn of(file: SqliteFile, identity: FileIdentity, index: WalIndex) -> Self {
        Self {
            file,
            identity,
            index,
            known: Known::default(),
            free: Mutex::new(Some(Vec::new())),
            releases: AtomicU64::new(0),
        }
    }

    /// Reads now, on this thread, all of it in one transaction. It sees every commit that was acknowledged before this call.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.read_at(None, work)
    }

    /// Reads on this thread, all of it in one transaction, which is not older than this moment; without one, than this call.
    pub(super) fn read_at<T>(
        &self,
        at: Option<Moment>,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let now = at.or_else(|| self.index.now());
        self.with(now, |reader| work(&reader.connection))
    }

    /// What is known of the token with this `jti`, as [`read`](Self::read) sees it, and the moment before that began.
    pub(super) fn authentication(
        &self,
        jti: Uuid,
    ) -> Result<(Option<Authentication>, Option<Moment>), StoreError> {
        let now = self.index.now();
        if let Some(known) = now.and_then(|now| self.known.authentication(now, jti)) {
            return Ok((Some(known), now));
        }
        let found = self.with(now, |reader| {
            let found = row::authentication(&reader.connection, jti)?;
            if let (Some(found), Some(since)) = (&found, reader.since) {
                self.known
                    .learn_authentication(&self.index, since, jti, found);
            }
            Ok(found)
        })?;
        Ok((found, now))
    }

    /// A page of a listing, as [`read_at`](Self::read_at) sees it.
    pub(super) fn page(&self, list: &ListTokens, at: Option<Moment>) -> Result<Page, StoreError> {
        let now = at.or_else(|| self.index.now());
        if let Some(known) = now.and_then(|now| self.known.page(now, list)) {
            return Ok(known);
        }
        self.with(now, |reader| {
            let page = listing::page(&reader.connection, list)?;
            if let Some(since) = reader.since {
                self.known.learn_page(&self.index, since, list, &page);
            }
            Ok(page)
        })
    }

    fn with<T>(
        &self,
        now: Option<Moment>,
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
        reader.renew(now)?;
        let result = work(&mut reader);
        // One that failed may fail again.
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

    /// Ends all transactions: those of free connections now, the others with the read that they are in.
    pub(super) fn release(&self) {
        let mut free = self.free();
        self.releases.fetch_add(1, Ordering::AcqRel);
        if let Some(free) = &mut *free {
            free.retain_mut(|reader| reader.release().is_ok());
        }
    }

    /// What is known of the file.
    pub(super) fn known(&self) -> &Known {
        &self.known
    }

    /// What the index of the log says now.
    pub(super) fn index(&self) -> &WalIndex {
        &self.index
    }

    /// Closes what is free now, and what is in use afterwards.
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
