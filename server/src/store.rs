//! What the service remembers. Knows nothing of HTTP.
//!
//! [`Store`] is the one door: routes call it and do not see which database is behind it. SQLite is the embedded one.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::timestamp::Timestamp;

mod audit;
mod digest;
mod error;
mod facts;
mod inspection;
mod location;
mod migrations;
mod postgres;
mod records;
mod sqlite;

pub(crate) use audit::{Actor, AuditAction, AuditEvent, NewAuditEvent};
pub(crate) use digest::TokenDigest;
pub use error::StoreError;
pub(crate) use inspection::Inspection;
pub use location::Location;
use postgres::PostgresStore;
pub use records::Role;
pub(crate) use records::{
    Authenticated, Direction, Found, ListTokens, Membership, NewRevocation, NewToken, Page, Place,
    Revoked, SortBy, SortKey, TokenRecord, WantedToken,
};
pub use sqlite::SqliteFile;
use sqlite::SqliteStore;

/// A moment of the store that lies behind the arrival of a request: whatever else the request reads may be of it, so that what
/// is known of that moment need not be read.
#[derive(Clone, Debug)]
pub(crate) enum Moment {
    /// Of a SQLite file, if its log could tell.
    Sqlite(Option<sqlite::Moment>),
    /// Of a PostgreSQL database.
    Postgres(Arc<postgres::Moment>),
}

/// Looks at the store at this location. A SQLite file must exist; it is opened only to read.
///
/// # Errors
///
/// [`StoreError`] when it cannot be reached or read, or is one that would not keep what it acknowledges.
pub(crate) async fn inspect(location: &Location) -> Result<Inspection, StoreError> {
    match location {
        Location::Sqlite(file) => sqlite::inspect(file).await,
        Location::Postgres(options) => postgres::inspect(options).await,
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
    /// Opens the store; a SQLite file is created when it does not exist. Its schema is as it was left: see
    /// [`migrate`](Self::migrate).
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when it cannot be opened.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        match location {
            Location::Sqlite(file) => SqliteStore::open(file).await.map(Self::Sqlite),
            Location::Postgres(options) => PostgresStore::open(options).await.map(Self::Postgres),
        }
    }

    /// Takes the store for a process that serves, until it ends: a SQLite file has one of them.
    ///
    /// # Errors
    ///
    /// [`StoreError::Claimed`] when another process has it.
    pub fn claim(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.claim(),
            // Made for any number of them.
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Brings the schema to the one of this program. Returns the descriptions of the migrations that were applied.
    ///
    /// # Errors
    ///
    /// [`StoreError::Migration`], above all when a newer program has been here.
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

    /// Whether any token has ever been minted here.
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

    /// Asks for an answer that needs the schema, and whether writes could be done.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when there is none.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.ping(),
            Self::Postgres(store) => store.has_tokens().await.map(|_| ()),
        }
    }

    /// Closes the store; what was acknowledged is on disk long before.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
        }
    }

    /// What is known of the token with this `jti`, and the token that is wanted with it, at a moment behind this call, so that it
    /// sees every revocation that was acknowledged before.
    pub(crate) async fn authentication(
        &self,
        jti: Uuid,
        wanted: Option<WantedToken>,
    ) -> Result<Option<Authenticated<Moment>>, StoreError> {
        match self {
            Self::Sqlite(store) => {
                let found = store.authentication(jti, wanted)?;
                Ok(found.map(|found| found.at(Moment::Sqlite)))
            }
            Self::Postgres(store) => {
                let found = store.authentication(jti, wanted).await?;
                Ok(found.map(|found| found.at(Moment::Postgres)))
            }
        }
    }

    /// Puts a token on the blacklist, unless it is there already: of any number of revocations, in parallel or not, one
    /// stands for ever. Returns when it, and the audit trail's word of it, are durable.
    pub(crate) async fn revoke(&self, revocation: NewRevocation) -> Result<Revoked, StoreError> {
        match self {
            Self::Sqlite(store) => store.revoke(revocation).await,
            Self::Postgres(store) => store.revoke(revocation).await,
        }
    }

    /// Adds a token. With `max_active`, returns nothing and adds nothing when the user has that many tokens already that
    /// are neither revoked nor expired; the check, the insertion and the audit trail's word of it are one transaction. `by` is
    /// the caller, or nobody for the command line.
    pub(crate) async fn add_token(
        &self,
        token: NewToken,
        max_active: Option<u32>,
        by: Option<Actor>,
    ) -> Result<Option<TokenRecord>, StoreError> {
        match self {
            Self::Sqlite(store) => store.add_token(token, max_active, by).await,
            Self::Postgres(store) => store.add_token(token, max_active, by).await,
        }
    }

    /// A page of one user's tokens, at this moment or later.
    pub(crate) async fn list_tokens(
        &self,
        list: &ListTokens,
        at: &Moment,
    ) -> Result<Page, StoreError> {
        match (self, at) {
            (Self::Sqlite(store), Moment::Sqlite(at)) => store.list_tokens(list, *at).await,
            (Self::Postgres(store), Moment::Postgres(at)) => store.list_tokens(list, at).await,
            (Self::Sqlite(_) | Self::Postgres(_), _) => Err(StoreError::Inconsistent("a moment of another store".to_owned())),
        }
    }

    /// Records when tokens, named by `jti`, were last used. A later use on record stays.
    pub(crate) async fn record_uses(
        &self,
        uses: &HashMap<Uuid, Timestamp>,
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.record_uses(uses).await,
            Self::Postgres(store) => store.record_uses(uses).await,
        }
    }

    /// The membership of a user in a business, creating whichever of business, user and membership does not exist. An
    /// existing membership keeps its role.
    pub(crate) async fn ensure_member(
        &self,
        business: &str,
        email: &str,
        role: Role,
    ) -> Result<Membership, StoreError> {
        match self {
            Self::Sqlite(store) => store.ensure_member(business, email, role).await,
            Self::Postgres(store) => store.ensure_member(business, email, role).await,
        }
    }

    /// Adds an event to the audit trail; returns when it is durable. What changes something is recorded with it: this is for
    /// the rest.
    pub(crate) async fn record(&self, event: NewAuditEvent) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.record(event).await,
            Self::Postgres(store) => store.record(event).await,
        }
    }

    /// At most `limit` events of the audit trail from `since` on whose number is greater than `after`, in the order of their
    /// numbers: the last one's is the next call's `after`.
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
