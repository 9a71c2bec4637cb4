//! What the service stores. Knows nothing of HTTP.
//!
//! [`Store`] is the only way to it: routes call it and do not see which database it uses. SQLite is the embedded one.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::telemetry::metrics::METRICS;
use crate::timestamp::Timestamp;

mod administration;
mod audit;
mod cached_reads;
mod digest;
mod error;
mod inspection;
mod listing;
mod location;
mod migrations;
mod operators;
mod postgres;
mod records;
mod role;
mod sqlite;

pub(crate) use administration::{LINES, Mass, MemberChange, MemberChanged, Selection, TokenLine};
pub(crate) use audit::{Actor, AuditAction, AuditEvent, Author, NewAuditEvent};
pub(crate) use digest::TokenDigest;
pub use error::StoreError;
pub(crate) use inspection::{Failover, Inspection};
pub(crate) use listing::{Direction, ListTokens, Page, Place, SortBy, SortKey};
pub use location::Location;
use postgres::PostgresStore;
pub use postgres::{PostgresLimits, PostgresUrl};
pub(crate) use records::{
    Authentication, NewRevocation, NewToken, Revoked, Target, TargetKey, TokenRecord, TokenUse,
};
pub use role::Role;
pub use sqlite::SqliteFile;
use sqlite::SqliteStore;

/// A snapshot of the store that was taken after a request arrived. Whatever else the request reads may be of it, so that cached
/// reads of this snapshot answer the request.
#[derive(Clone, Debug)]
pub(crate) enum Snapshot {
    /// Of a SQLite file, if its mark could be read.
    Sqlite(Option<sqlite::CommitMark>),
    /// Of a PostgreSQL database.
    Postgres(Arc<postgres::Snapshot>),
}

/// Inspects the store at this location. A SQLite file must exist; it is opened only to read.
///
/// # Errors
///
/// [`StoreError`] when it cannot be reached or read, or would not keep what it acknowledges.
pub(crate) async fn inspect(location: &Location) -> Result<Inspection, StoreError> {
    match location {
        Location::Sqlite(file) => sqlite::inspect(file).await,
        Location::Postgres(url) => postgres::inspect(url).await,
    }
}

/// The store of record.
#[derive(Clone, Debug)]
pub enum Store {
    /// A file in the file system of this machine.
    Sqlite(SqliteStore),
    /// A PostgreSQL database, which other processes use as well.
    Postgres(PostgresStore),
}

impl Store {
    /// Opens the store; a SQLite file is created when it does not exist. Its schema is not changed: see
    /// [`migrate`](Self::migrate).
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when it cannot be opened.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        match location {
            Location::Sqlite(file) => SqliteStore::open(file).await.map(Self::Sqlite),
            Location::Postgres(url) => PostgresStore::open(url).await.map(Self::Postgres),
        }
    }

    /// Claims the store for this process, which serves, until it ends: one process serves a SQLite file.
    ///
    /// # Errors
    ///
    /// [`StoreError::Claimed`] when another process has it.
    pub fn claim(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.claim(),
            // Any number of processes may serve it.
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Brings the schema to the one of this program. Returns the descriptions of the migrations that were applied.
    ///
    /// # Errors
    ///
    /// [`StoreError::Migration`], above all when a newer version of this program has used it.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        match self {
            Self::Sqlite(store) => store.migrate().await,
            Self::Postgres(store) => store.migrate().await,
        }
    }

    /// Lets a role of the database serve, and do nothing else: it can neither change nor delete a revocation. SQLite has no
    /// roles; there this does nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`], above all when there is no such role.
    pub async fn grant(&self, role: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(store) => store.grant(role).await,
        }
    }

    /// Returns whether any token has ever been minted here.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn has_tokens(&self) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(store) => store.has_tokens(),
            Self::Postgres(store) => store.has_tokens().await,
        }
    }

    /// Checks that the store answers a question that needs the schema, and that it could write.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it does not.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        let _timer = METRICS.store.other.start_timer();
        match self {
            Self::Sqlite(store) => store.ping(),
            Self::Postgres(store) => store.has_tokens().await.map(|_| ()),
        }
    }

    /// Takes the settings that a PostgreSQL database has now for those that are wanted, also if they are weaker than before.
    pub(crate) fn accept_settings(&self) {
        match self {
            Self::Sqlite(_) => {}
            Self::Postgres(store) => store.accept_settings(),
        }
    }

    /// Closes the store. What was acknowledged is on disk already.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
        }
    }

    /// Reads the token with this `jti`, and the token that the request is about, at a snapshot taken after this call, so that it
    /// shows every revocation that was acknowledged before.
    pub(crate) async fn authentication(
        &self,
        jti: Uuid,
        target: Option<TargetKey>,
    ) -> Result<Option<Authentication<Snapshot>>, StoreError> {
        let _timer = METRICS.store.authentication.start_timer();
        match self {
            Self::Sqlite(store) => {
                let found = store.authentication(jti, target)?;
                Ok(found.map(|found| found.map(Snapshot::Sqlite)))
            }
            Self::Postgres(store) => {
                let found = store.authentication(jti, target).await?;
                Ok(found.map(|found| found.map(Snapshot::Postgres)))
            }
        }
    }

    /// Puts a token on the blacklist, unless it is there already: of any number of revocations, in parallel or not, the first one
    /// stays for ever. Returns when it and its event in the audit trail are durable.
    pub(crate) async fn revoke(&self, revocation: NewRevocation) -> Result<Revoked, StoreError> {
        let _timer = METRICS.store.revoke.start_timer();
        match self {
            Self::Sqlite(store) => store.revoke(revocation).await,
            Self::Postgres(store) => store.revoke(revocation).await,
        }
    }

    /// Adds a token. With `max_active`, returns nothing and adds nothing when the user has that many tokens already that
    /// are neither revoked nor expired; the check, the insertion and the event in the audit trail are one transaction.
    pub(crate) async fn add_token(
        &self,
        token: NewToken,
        max_active: Option<u32>,
        by: Author,
    ) -> Result<Option<TokenRecord>, StoreError> {
        let _timer = METRICS.store.create.start_timer();
        match self {
            Self::Sqlite(store) => store.add_token(token, max_active, by).await,
            Self::Postgres(store) => store.add_token(token, max_active, by).await,
        }
    }

    /// Reads a page of one user's tokens, at this snapshot or a later one.
    pub(crate) async fn list_tokens(
        &self,
        list: &ListTokens,
        at: &Snapshot,
    ) -> Result<Page, StoreError> {
        let _timer = METRICS.store.list.start_timer();
        match (self, at) {
            (Self::Sqlite(store), Snapshot::Sqlite(mark)) => store.list_tokens(list, *mark).await,
            (Self::Postgres(store), Snapshot::Postgres(at)) => store.list_tokens(list, at).await,
            (Self::Sqlite(_) | Self::Postgres(_), _) => Err(StoreError::Inconsistent(
                "a snapshot of another store".to_owned(),
            )),
        }
    }

    /// Records when tokens, named by `jti`, were last used. A later use on record stays.
    pub(crate) async fn record_uses(
        &self,
        uses: &HashMap<Uuid, TokenUse>,
    ) -> Result<(), StoreError> {
        let _timer = METRICS.store.other.start_timer();
        match self {
            Self::Sqlite(store) => store.record_uses(uses).await,
            Self::Postgres(store) => store.record_uses(uses).await,
        }
    }

    /// Adds an event to the audit trail; returns when it is durable. Changes are recorded in their own transaction: this is for
    /// other events.
    pub(crate) async fn record(&self, event: NewAuditEvent) -> Result<(), StoreError> {
        let _timer = METRICS.store.other.start_timer();
        match self {
            Self::Sqlite(store) => store.record(event).await,
            Self::Postgres(store) => store.record(event).await,
        }
    }

    /// Records the uses of revoked tokens, at most one for each token and hour. Returns the reasons of the revocations that have
    /// one, by `jti`.
    pub(crate) async fn record_refused_uses(
        &self,
        uses: Vec<Actor>,
    ) -> Result<HashMap<Uuid, String>, StoreError> {
        let _timer = METRICS.store.other.start_timer();
        match self {
            Self::Sqlite(store) => store.record_refused_uses(uses).await,
            Self::Postgres(store) => store.record_refused_uses(uses).await,
        }
    }

    /// Reads at most `limit` events of the audit trail since `since` whose number is greater than `after`, in the order of their
    /// numbers: the last one's number is the next call's `after`.
    pub(crate) async fn audit_since(
        &self,
        since: Timestamp,
        after: i64,
        limit: u32,
    ) -> Result<Vec<AuditEvent>, StoreError> {
        match self {
            Self::Sqlite(store) => store.audit_since(since, after, limit).await,
            Self::Postgres(store) => store.audit_since(since, after, limit).await,
        }
    }
}
