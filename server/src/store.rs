//! What the service remembers. Knows nothing of HTTP.
//!
//! [`Store`] is the one door: routes call it and do not see which database is behind it. SQLite is the embedded one.

use std::collections::HashMap;

use sqlx::error::ErrorKind;
use uuid::Uuid;

use crate::timestamp::Timestamp;

mod audit;
mod location;
mod migrations;
mod records;
mod sqlite;

pub(crate) use audit::{Actor, AuditAction, AuditEvent, NewAuditEvent};
pub use location::Location;
pub use records::Role;
pub(crate) use records::{
    Authentication, Direction, ListTokens, Membership, NewRevocation, NewToken, Page, Place,
    Revocation, Revoked, SortBy, SortKey, TokenRecord,
};
pub use sqlite::SqliteFile;
use sqlite::SqliteStore;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, opened or written now; trying again later can help.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// Another process serves the SQLite file.
    #[error(
        "another server{} uses this SQLite file, which is for one. Stop that one, or let replicas share PostgreSQL",
        process.map(|id: u32| format!(" (process {id})")).unwrap_or_default()
    )]
    Claimed {
        /// The other process, if it could be read.
        process: Option<u32>,
    },
    /// It holds or answers what it should not. Trying again does not help.
    #[error("the store is inconsistent: {0}")]
    Inconsistent(String),
    /// Its schema cannot be brought to the one of this program.
    #[error(
        "the store cannot be migrated: {0}. If a newer version of this program has used it, use that one"
    )]
    Migration(#[from] sqlx::migrate::MigrateError),
}

/// The store of record.
#[derive(Clone, Debug)]
pub enum Store {
    /// A file in the file system of this machine.
    Sqlite(SqliteStore),
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
        }
    }

    /// Closes the store; what was acknowledged is on disk long before.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
        }
    }

    /// What is known of the token with this `jti`: one read that starts after this call, so that it sees every revocation
    /// that was acknowledged before.
    pub(crate) async fn authentication(
        &self,
        jti: Uuid,
    ) -> Result<Option<Authentication>, StoreError> {
        match self {
            Self::Sqlite(store) => store.authentication(jti),
        }
    }

    /// The token with this id in this business.
    pub(crate) async fn find_token(
        &self,
        business_id: Uuid,
        id: Uuid,
    ) -> Result<Option<TokenRecord>, StoreError> {
        match self {
            Self::Sqlite(store) => store.find_token(business_id, id),
        }
    }

    /// Puts a token on the blacklist, unless it is there already: of any number of revocations, in parallel or not, one
    /// stands for ever. Returns when it, and the audit trail's word of it, are durable.
    pub(crate) async fn revoke(&self, revocation: NewRevocation) -> Result<Revoked, StoreError> {
        match self {
            Self::Sqlite(store) => store.revoke(revocation).await,
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
        }
    }

    /// A page of one user's tokens.
    pub(crate) async fn list_tokens(&self, list: &ListTokens) -> Result<Page, StoreError> {
        match self {
            Self::Sqlite(store) => store.list_tokens(list).await,
        }
    }

    /// Records when tokens, named by `jti`, were last used. A later use on record stays.
    pub(crate) async fn record_uses(
        &self,
        uses: &HashMap<Uuid, Timestamp>,
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.record_uses(uses).await,
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
        }
    }

    /// Adds an event to the audit trail; returns when it is durable. What changes something is recorded with it: this is for
    /// the rest.
    pub(crate) async fn record(&self, event: NewAuditEvent) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.record(event).await,
        }
    }

    /// At most `limit` events of the audit trail from `since` on whose number is greater than `after`, in the order of their
    /// numbers: the last one's is the next call's `after`.
    #[allow(dead_code)]
    pub(crate) async fn audit_since(
        &self,
        since: Timestamp,
        after: i64,
        limit: u32,
    ) -> Result<Vec<AuditEvent>, StoreError> {
        match self {
            Self::Sqlite(store) => store.audit_since(since, after, limit).await,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::Decode(_)
            | sqlx::Error::RowNotFound
            | sqlx::Error::TypeNotFound { .. } => Self::Inconsistent(error.to_string()),
            // A constraint that a statement of ours violates, as against a file that is locked, full or gone.
            sqlx::Error::Database(ref answer) if answer.kind() != ErrorKind::Other => {
                Self::Inconsistent(error.to_string())
            }
            // The enum is not exhaustive; what is left concerns connections, files and locks.
            error => Self::Unavailable(error.to_string()),
        }
    }
}
