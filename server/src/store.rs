//! What the service remembers. Knows nothing of HTTP.
//!
//! [`Store`] is the one door: routes call it and do not see which database is behind it. SQLite is the embedded one.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::error::ErrorKind;
use uuid::Uuid;

use crate::timestamp::Timestamp;

mod audit;
mod digest;
mod facts;
mod inspection;
mod location;
mod migrations;
mod postgres;
mod records;
mod sqlite;

pub(crate) use audit::{Actor, AuditAction, AuditEvent, NewAuditEvent};
pub(crate) use digest::TokenDigest;
pub(crate) use inspection::{Inspection, inspect};
pub use location::Location;
use postgres::PostgresStore;
pub use records::Role;
pub(crate) use records::{
    Authenticated, Authentication, Direction, Found, ListTokens, Member, Membership, NewRevocation,
    NewToken, Page, Place, Revocation, Revoked, SortBy, SortKey, TokenRecord, WantedToken,
};
pub use sqlite::SqliteFile;
use sqlite::SqliteStore;

/// Whether there is any token, on either database.
const HAS_TOKENS: &str = "SELECT EXISTS (SELECT 1 FROM tokens)";

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, opened or written now; trying again later can help.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// The connection to it ended while it was asked; another one may work.
    #[error("the store is not available: {0}")]
    Disconnected(String),
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

impl StoreError {
    fn of_another() -> Self {
        Self::Inconsistent("a moment of another store".to_owned())
    }

    /// The same for another who waits for the same work.
    fn share(&self) -> Self {
        match self {
            Self::Unavailable(why) => Self::Unavailable(why.clone()),
            Self::Disconnected(why) => Self::Disconnected(why.clone()),
            Self::Inconsistent(why) => Self::Inconsistent(why.clone()),
            Self::Claimed { process } => Self::Claimed { process: *process },
            Self::Migration(error) => Self::Inconsistent(error.to_string()),
        }
    }
}

/// A moment of the store that lies behind the arrival of a request: whatever else the request reads may be of it, so that what
/// is known of that moment need not be read.
#[derive(Clone, Debug)]
pub(crate) enum Moment {
    /// Of a SQLite file, if its log could tell.
    Sqlite(Option<sqlite::Moment>),
    /// Of a PostgreSQL database.
    Postgres(Arc<postgres::Moment>),
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
    ) -> Result<Option<Authenticated>, StoreError> {
        match self {
            Self::Sqlite(store) => store.authentication(jti, wanted),
            Self::Postgres(store) => store.authentication(jti, wanted).await,
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
            (Self::Sqlite(_) | Self::Postgres(_), _) => Err(StoreError::of_another()),
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

/// SQLSTATEs that say that the database ended the session: it is shutting down, has crashed or is starting
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>, class 57).
const SESSION_ENDED: [&str; 3] = ["57P01", "57P02", "57P03"];

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::Decode(_)
            | sqlx::Error::RowNotFound
            | sqlx::Error::TypeNotFound { .. } => Self::Inconsistent(error.to_string()),
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => Self::Disconnected(error.to_string()),
            sqlx::Error::Database(ref answer)
                if answer
                    .code()
                    .is_some_and(|code| SESSION_ENDED.contains(&&*code)) =>
            {
                Self::Disconnected(error.to_string())
            }
            // A constraint that a statement of ours violates, as against a file that is locked, full or gone.
            sqlx::Error::Database(ref answer) if answer.kind() != ErrorKind::Other => {
                Self::Inconsistent(error.to_string())
            }
            // The enum is not exhaustive; what is left concerns connections, files and locks.
            error => Self::Unavailable(error.to_string()),
        }
    }
}
