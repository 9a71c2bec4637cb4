//! What the service remembers. Knows nothing of HTTP.
//!
//! [`Store`] is the one door: routes call it and do not see which database is behind it. SQLite is the embedded one.

use std::collections::HashMap;

use uuid::Uuid;

use crate::timestamp::Timestamp;
use crate::token::TokenDigest;

mod sqlite;

pub use sqlite::SqliteFile;
use sqlite::SqliteStore;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, opened or written now; trying again later can help.
    #[error("the store is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// It holds or answers what it should not. Trying again does not help.
    #[error("the store is inconsistent: {0}")]
    Inconsistent(String),
    /// Its schema cannot be brought to the one of this program.
    #[error(
        "the store cannot be migrated: {0}. If a newer version of this program has used it, use that one"
    )]
    Migration(#[from] sqlx::migrate::MigrateError),
}

/// What a user may do in a business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// May revoke every token of the business.
    Admin,
    /// May revoke its own tokens.
    Member,
}

impl Role {
    /// The role's name, as the store and the command line spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Admin, Self::Member]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

/// What is needed to decide whether a presented token is good.
#[derive(Debug)]
pub(crate) struct Authentication {
    pub(crate) user_id: Uuid,
    pub(crate) email: String,
    pub(crate) business_id: Uuid,
    pub(crate) role: Role,
    pub(crate) digest: TokenDigest,
    pub(crate) expires_at: Timestamp,
    pub(crate) revoked: bool,
}

/// A token as the store keeps it: never its text.
#[derive(Clone, Debug)]
pub(crate) struct TokenRecord {
    pub(crate) id: Uuid,
    pub(crate) jti: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) shown_prefix: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
    pub(crate) revocation: Option<Revocation>,
}

/// A row of the blacklist.
#[derive(Clone, Debug)]
pub(crate) struct Revocation {
    pub(crate) revoked_at: Timestamp,
    pub(crate) revoked_by: String,
    pub(crate) reason: Option<String>,
}

/// A token to be stored.
#[derive(Debug)]
pub(crate) struct NewToken {
    pub(crate) id: Uuid,
    pub(crate) jti: Uuid,
    pub(crate) business_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) shown_prefix: String,
    pub(crate) digest: TokenDigest,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// A row to be added to the blacklist.
#[derive(Debug)]
pub(crate) struct NewRevocation<'a> {
    pub(crate) jti: Uuid,
    /// The email of the user who revokes.
    pub(crate) revoked_by: &'a str,
    pub(crate) reason: Option<&'a str>,
    /// What `x-user-email` claimed; for audits alone.
    pub(crate) claimed_email: Option<&'a str>,
}

/// What a revocation found.
#[derive(Debug)]
pub(crate) struct Revoked {
    /// The row that stands: this revocation's, or the first one's.
    pub(crate) revocation: Revocation,
    /// Whether this revocation is the one that stands.
    pub(crate) first: bool,
}

/// What a listing is sorted by; ties are broken by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortBy {
    CreatedAt,
    ExpiresAt,
    Name,
}

/// A place in a listing: the sort key and id of one of its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) key: SortKey,
    pub(crate) id: Uuid,
}

/// The value that a token is sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SortKey {
    Instant(Timestamp),
    Text(String),
}

/// Which way a page lies from its cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Next,
    Prev,
}

/// A page of one user's tokens in one business.
#[derive(Debug)]
pub(crate) struct ListTokens {
    pub(crate) business_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) include_revoked: bool,
    pub(crate) sort_by: SortBy,
    pub(crate) descending: bool,
    pub(crate) cursor: Option<Place>,
    pub(crate) direction: Direction,
    pub(crate) limit: u32,
    pub(crate) count_total: bool,
}

/// The answer to [`ListTokens`], in the listing's order whichever way it was walked.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) tokens: Vec<TokenRecord>,
    pub(crate) has_next: bool,
    pub(crate) has_prev: bool,
    pub(crate) total: Option<u64>,
}

/// A user in a business.
#[derive(Debug)]
pub(crate) struct Membership {
    pub(crate) business_id: Uuid,
    pub(crate) user_id: Uuid,
    /// The role that the store has, which may be another than the one asked for.
    pub(crate) role: Role,
}

/// The store of record.
#[derive(Clone, Debug)]
pub enum Store {
    /// A file in the file system of this machine.
    Sqlite(SqliteStore),
}

impl Store {
    /// Opens the SQLite file, creating it when it does not exist. Its schema is as it was left: see [`migrate`](Self::migrate).
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when it cannot be opened.
    pub async fn open(file: &SqliteFile) -> Result<Self, StoreError> {
        SqliteStore::open(file).await.map(Self::Sqlite)
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
            Self::Sqlite(store) => store.has_tokens().await,
        }
    }

    /// Asks for an answer that needs the schema.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when there is none.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        self.has_tokens().await.map(|_| ())
    }

    /// Closes the store; what was acknowledged is on disk long before.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
        }
    }

    /// What is known of the token with this `jti`: one read that starts now, so that it sees every revocation that was
    /// acknowledged before.
    pub(crate) async fn authentication(
        &self,
        jti: Uuid,
    ) -> Result<Option<Authentication>, StoreError> {
        match self {
            Self::Sqlite(store) => store.authentication(jti).await,
        }
    }

    /// The token with this id in this business.
    pub(crate) async fn find_token(
        &self,
        business_id: Uuid,
        id: Uuid,
    ) -> Result<Option<TokenRecord>, StoreError> {
        match self {
            Self::Sqlite(store) => store.find_token(business_id, id).await,
        }
    }

    /// Puts a token on the blacklist, unless it is there already: of any number of revocations, in parallel or not, one
    /// stands for ever. Returns when it is durable.
    pub(crate) async fn revoke(
        &self,
        revocation: NewRevocation<'_>,
    ) -> Result<Revoked, StoreError> {
        match self {
            Self::Sqlite(store) => store.revoke(revocation).await,
        }
    }

    /// Adds a token. With `max_active`, returns nothing and adds nothing when the user has that many tokens already that
    /// are neither revoked nor expired; the check and the insertion are one transaction.
    pub(crate) async fn add_token(
        &self,
        token: NewToken,
        max_active: Option<u32>,
    ) -> Result<Option<TokenRecord>, StoreError> {
        match self {
            Self::Sqlite(store) => store.add_token(token, max_active).await,
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
}
