//! The embedded store: one SQLite file in WAL mode with `synchronous=FULL`, served by one process.
//!
//! In that mode a commit has reached the disk when it returns (<https://sqlite.org/pragma.html#pragma_synchronous>), and only
//! then does the index of the write-ahead log show it to readers (<https://sqlite.org/walformat.html>). So a read that starts
//! after an acknowledged commit sees it, on any connection of any process, and no read sees what a crash could take back.
//!
//! Reads run on the thread that asks, where a cached page costs less than handing the work to another thread, in transactions
//! that stay open until something is committed; writes run on a separate thread, many in one transaction.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::Connection;
use uuid::Uuid;

use super::audit::{Actor, AuditEvent, Author, NewAuditEvent};
use super::cached_reads::Changes;
use super::error::StoreError;
use super::inspection::HAS_TOKENS;
use super::listing::{ListTokens, Page};
use super::records::{
    Authentication, NewRevocation, NewToken, Revoked, TargetKey, TokenRecord, TokenUse,
};
use crate::timestamp::Timestamp;

mod checkpoint;
mod claim;
mod commit_watch;
mod file;
mod find;
mod identity;
mod inspection;
mod listing;
pub(super) mod members;
pub(super) mod prune;
mod reader;
mod row;
mod schema;
mod snapshot_cache;
pub(super) mod tokens;
mod trail;
mod write;
mod writer;

use checkpoint::Checkpoints;
use claim::Claim;
pub(super) use commit_watch::CommitMark;
use commit_watch::CommitWatch;
pub use file::SqliteFile;
use identity::FileIdentity;
pub(super) use inspection::inspect;
use reader::Readers;
use writer::Writer;

/// The most uses of tokens that one transaction writes, so that a revocation never waits for many of them.
const MAX_USES: usize = 256;

/// An open SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    file: SqliteFile,
    readers: Arc<Readers>,
    writer: Arc<Writer>,
    claim: Arc<Claim>,
}

impl SqliteStore {
    pub(super) async fn open(file: &SqliteFile) -> Result<Self, StoreError> {
        // The writer comes first and alone: it is the one that may have to switch a new file to WAL.
        let writer = file.connect().await?;
        let identity = FileIdentity::of(file)?;
        let watch = CommitWatch::start(file)?;
        let readers = Arc::new(Readers::new(file.clone(), identity.clone(), watch));
        let checkpoints = Checkpoints::new(Arc::clone(&readers));
        let of_writer = Arc::clone(&readers);
        Ok(Self {
            file: file.clone(),
            readers,
            writer: Arc::new(Writer::start(writer, identity, of_writer, checkpoints)?),
            claim: Arc::default(),
        })
    }

    pub(super) fn claim(&self) -> Result<(), StoreError> {
        self.claim.take(&self.file)
    }

    pub(super) async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        schema::migrate(&self.file).await
    }

    pub(super) fn has_tokens(&self) -> Result<bool, StoreError> {
        self.readers.read(|connection| {
            Ok(connection
                .prepare_cached(HAS_TOKENS)?
                .query_row([], |row| row.get(0))?)
        })
    }

    pub(super) fn ping(&self) -> Result<(), StoreError> {
        self.writer.check()?;
        self.has_tokens().map(|_| ())
    }

    pub(super) async fn close(&self) {
        self.readers.close();
        // The last connection that may write also folds the write-ahead log into the file.
        self.writer.close().await;
    }

    pub(super) fn authentication(
        &self,
        jti: Uuid,
        target: Option<TargetKey>,
    ) -> Result<Option<Authentication<Option<CommitMark>>>, StoreError> {
        let (Some(token), mark) = self.readers.token(jti)? else {
            return Ok(None);
        };
        let target = match target {
            Some(target) => self
                .readers
                .read_since(mark, |connection| row::find_target(connection, target))?,
            None => None,
        };
        Ok(Some(Authentication {
            token,
            snapshot: mark,
            target,
        }))
    }

    pub(super) async fn list_tokens(
        &self,
        list: &ListTokens,
        since: Option<CommitMark>,
    ) -> Result<Page, StoreError> {
        if listing::is_short(list) {
            return self.readers.page(list, since);
        }
        let list = list.clone();
        self.read_aside(move |readers| readers.page(&list, since))
            .await
    }

    pub(super) async fn revoke(&self, revocation: NewRevocation) -> Result<Revoked, StoreError> {
        let changes = Changes {
            jtis: vec![revocation.jti],
            users: vec![revocation.owner],
        };
        self.write(Some(changes), move |connection| {
            write::revoke(connection, &revocation)
        })
        .await
    }

    pub(super) async fn add_token(
        &self,
        token: NewToken,
        max_active: Option<u32>,
        by: Author,
    ) -> Result<Option<TokenRecord>, StoreError> {
        let changes = Changes {
            jtis: Vec::new(),
            users: vec![token.user_id],
        };
        self.write(Some(changes), move |connection| {
            write::add_token(connection, token, max_active, by)
        })
        .await
    }

    pub(super) async fn record_uses(
        &self,
        uses: &HashMap<Uuid, TokenUse>,
    ) -> Result<(), StoreError> {
        let uses: Vec<_> = uses.iter().map(|(jti, last)| (*jti, *last)).collect();
        for some in uses.chunks(MAX_USES) {
            let some = some.to_vec();
            let changes = Changes {
                jtis: some.iter().map(|(jti, _)| *jti).collect(),
                users: some.iter().map(|(_, last)| last.owner).collect(),
            };
            self.write(Some(changes), move |connection| {
                write::record_uses(connection, &some)
            })
            .await?;
        }
        Ok(())
    }

    pub(super) async fn record(&self, event: NewAuditEvent) -> Result<(), StoreError> {
        self.write(Some(Changes::default()), move |connection| {
            if let Some(by) = event.actor() {
                write::require_active(connection, by)?;
            }
            trail::record(connection, &event, Timestamp::now())
        })
        .await
    }

    pub(super) async fn record_refused_uses(
        &self,
        uses: Vec<Actor>,
    ) -> Result<HashMap<Uuid, String>, StoreError> {
        self.write(Some(Changes::default()), move |connection| {
            trail::record_refused_uses(connection, &uses)
        })
        .await
    }

    pub(super) async fn audit_since(
        &self,
        since: Timestamp,
        after: i64,
        limit: u32,
    ) -> Result<Vec<AuditEvent>, StoreError> {
        self.read_aside(move |readers| {
            readers.read(|connection| trail::since(connection, since, after, limit))
        })
        .await
    }

    /// Runs what an operator asks for within a transaction of the writer.
    pub(super) async fn administer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write(None, work).await
    }

    /// Runs a read for an operator.
    pub(super) async fn look_up<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.read_aside(|readers| readers.read(work)).await
    }

    /// Runs a read that takes long on another thread.
    async fn read_aside<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Readers) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let readers = Arc::clone(&self.readers);
        tokio::task::spawn_blocking(move || read(&readers))
            .await
            .map_err(|error| StoreError::Unavailable(error.to_string()))?
    }

    /// Runs `work` within a transaction of the writer; returns when that is durable. It changes no more than `changes` says, or
    /// anything without it.
    async fn write<T: Send + 'static>(
        &self,
        changes: Option<Changes>,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.write(changes, work).await
    }
}
