//! The embedded store: one SQLite file in WAL mode with `synchronous=FULL`.
//!
//! In that mode a commit has reached the disk when it returns (<https://sqlite.org/pragma.html#pragma_synchronous>), and a read
//! that starts afterwards, on any connection of any process, sees it. One connection writes and a few read, so that reads
//! never wait for writes and writers of this process queue in memory instead of polling the file's lock.

use std::collections::HashMap;

use sqlx::error::ErrorKind;
use sqlx::{QueryBuilder, Row, Sqlite, SqlitePool};
use uuid::Uuid;

use super::{
    Authentication, ListTokens, Membership, NewRevocation, NewToken, Page, Revocation, Revoked,
    Role, StoreError, TokenRecord,
};
use crate::timestamp::Timestamp;
use crate::token::TokenDigest;

mod file;
mod listing;
mod row;
mod schema;

pub use file::SqliteFile;
use row::{Stored, token_record};

/// Connections that read. More would only wait for the same two or four cores.
const READERS: u32 = 4;

/// Begins a transaction that takes the write lock at once: one that reads first and writes later could be refused then.
const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";

/// An open SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    reader: SqlitePool,
    writer: SqlitePool,
}

impl SqliteStore {
    pub(super) async fn open(file: &SqliteFile) -> Result<Self, StoreError> {
        let options = file.options()?;
        // The writer comes first and alone: it is the one that may have to switch a new file to WAL.
        let writer = file::connect(1, options.clone()).await?;
        let reader = file::connect(READERS, options.pragma("query_only", "ON")).await?;
        Ok(Self { reader, writer })
    }

    pub(super) async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        schema::migrate(&self.writer).await
    }

    pub(super) async fn has_tokens(&self) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT EXISTS (SELECT 1 FROM tokens)")
            .fetch_one(&self.reader)
            .await?;
        Ok(row.try_get(0)?)
    }

    pub(super) async fn close(&self) {
        self.reader.close().await;
        // The last connection that may write also folds the write-ahead log into the file.
        self.writer.close().await;
    }

    pub(super) async fn authentication(
        &self,
        jti: Uuid,
    ) -> Result<Option<Authentication>, StoreError> {
        let row = sqlx::query(
            "SELECT t.user_id, u.email, t.business_id, m.role, t.token_sha256, t.expires_at, r.jti IS NOT NULL AS revoked
             FROM tokens t
             JOIN users u ON u.id = t.user_id
             JOIN memberships m ON m.business_id = t.business_id AND m.user_id = t.user_id
             LEFT JOIN revocations r ON r.jti = t.jti
             WHERE t.jti = ?",
        )
        .bind(jti.to_string())
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| {
            Ok(Authentication {
                user_id: row.uuid("user_id")?,
                email: row.try_get("email")?,
                business_id: row.uuid("business_id")?,
                role: row.role("role")?,
                digest: TokenDigest::from_stored(row.try_get("token_sha256")?).ok_or_else(
                    || StoreError::Inconsistent("a token's digest is not 32 bytes long".to_owned()),
                )?,
                expires_at: Timestamp::from_micros(row.try_get("expires_at")?),
                revoked: row.try_get("revoked")?,
            })
        })
        .transpose()
    }

    pub(super) async fn find_token(
        &self,
        business_id: Uuid,
        id: Uuid,
    ) -> Result<Option<TokenRecord>, StoreError> {
        let mut query = QueryBuilder::<Sqlite>::new(row::SELECT_TOKENS);
        query.push(" WHERE t.id = ").push_bind(id.to_string());
        query
            .push(" AND t.business_id = ")
            .push_bind(business_id.to_string());
        query
            .build()
            .fetch_optional(&self.reader)
            .await?
            .map(|row| token_record(&row))
            .transpose()
    }

    pub(super) async fn revoke(
        &self,
        revocation: NewRevocation<'_>,
    ) -> Result<Revoked, StoreError> {
        let jti = revocation.jti.to_string();
        let mut transaction = self.writer.begin_with(BEGIN_WRITE).await?;
        // The instant is taken under the write lock, so that revocations are recorded in the order of their instants.
        let added = sqlx::query(
            "INSERT INTO revocations (jti, revoked_at, revoked_by, reason, claimed_email) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (jti) DO NOTHING",
        )
        .bind(&jti)
        .bind(Timestamp::now().as_micros())
        .bind(revocation.revoked_by)
        .bind(revocation.reason)
        .bind(revocation.claimed_email)
        .execute(&mut *transaction)
        .await?;
        let row =
            sqlx::query("SELECT revoked_at, revoked_by, reason FROM revocations WHERE jti = ?")
                .bind(&jti)
                .fetch_one(&mut *transaction)
                .await?;
        transaction.commit().await?;
        let revocation = Revocation {
            revoked_at: Timestamp::from_micros(row.try_get("revoked_at")?),
            revoked_by: row.try_get("revoked_by")?,
            reason: row.try_get("reason")?,
        };
        Ok(Revoked {
            revocation,
            first: added.rows_affected() == 1,
        })
    }

    pub(super) async fn add_token(
        &self,
        token: NewToken,
        max_active: Option<u32>,
    ) -> Result<Option<TokenRecord>, StoreError> {
        let mut transaction = self.writer.begin_with(BEGIN_WRITE).await?;
        if let Some(max_active) = max_active {
            let row = sqlx::query(
                "SELECT COUNT(*) FROM tokens t WHERE t.user_id = ? AND t.expires_at > ?
                 AND NOT EXISTS (SELECT 1 FROM revocations r WHERE r.jti = t.jti)",
            )
            .bind(token.user_id.to_string())
            .bind(Timestamp::now().as_micros())
            .fetch_one(&mut *transaction)
            .await?;
            if row.try_get::<i64, _>(0)? >= i64::from(max_active) {
                return Ok(None);
            }
        }
        sqlx::query(
            "INSERT INTO tokens (id, jti, business_id, user_id, name, description, token_prefix, token_sha256, created_at,
             expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(token.id.to_string())
        .bind(token.jti.to_string())
        .bind(token.business_id.to_string())
        .bind(token.user_id.to_string())
        .bind(&token.name)
        .bind(&token.description)
        .bind(&token.shown_prefix)
        .bind(token.digest.as_bytes())
        .bind(token.created_at.as_micros())
        .bind(token.expires_at.as_micros())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Some(TokenRecord {
            id: token.id,
            jti: token.jti,
            user_id: token.user_id,
            name: token.name,
            description: token.description,
            shown_prefix: token.shown_prefix,
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: None,
            revocation: None,
        }))
    }

    pub(super) async fn list_tokens(&self, list: &ListTokens) -> Result<Page, StoreError> {
        listing::page(&self.reader, list).await
    }

    pub(super) async fn record_uses(
        &self,
        uses: &HashMap<Uuid, Timestamp>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writer.begin_with(BEGIN_WRITE).await?;
        for (jti, at) in uses {
            sqlx::query(
                "UPDATE tokens SET last_used_at = MAX(?, COALESCE(last_used_at, 0)) WHERE jti = ?",
            )
            .bind(at.as_micros())
            .bind(jti.to_string())
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    pub(super) async fn ensure_member(
        &self,
        business: &str,
        email: &str,
        role: Role,
    ) -> Result<Membership, StoreError> {
        let now = Timestamp::now().as_micros();
        let mut transaction = self.writer.begin_with(BEGIN_WRITE).await?;
        sqlx::query(
            "INSERT INTO businesses (id, name, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(Uuid::new_v4().to_string())
        .bind(business)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "INSERT INTO users (id, email, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(Uuid::new_v4().to_string())
        .bind(email)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "INSERT INTO memberships (business_id, user_id, role, created_at)
             SELECT b.id, u.id, ?, ? FROM businesses b, users u WHERE b.name = ? AND u.email = ? ON CONFLICT DO NOTHING",
        )
        .bind(role.name())
        .bind(now)
        .bind(business)
        .bind(email)
        .execute(&mut *transaction)
        .await?;
        let row = sqlx::query(
            "SELECT m.business_id, m.user_id, m.role FROM memberships m
             JOIN businesses b ON b.id = m.business_id JOIN users u ON u.id = m.user_id
             WHERE b.name = ? AND u.email = ?",
        )
        .bind(business)
        .bind(email)
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Membership {
            business_id: row.uuid("business_id")?,
            user_id: row.uuid("user_id")?,
            role: row.role("role")?,
        })
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
            // The enum is not exhaustive; what is left concerns connections, the file and its locks.
            error => Self::Unavailable(error),
        }
    }
}
