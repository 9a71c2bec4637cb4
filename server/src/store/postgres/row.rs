//! Rows as the types of the store.

use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::super::{Revocation, Role, StoreError, TokenRecord};
use crate::timestamp::Timestamp;

/// Tokens with their revocations, for [`token_record`].
pub(super) const SELECT_TOKENS: &str =
    "SELECT t.id, t.jti, t.business_id, t.user_id, t.name, t.description, t.token_prefix, t.created_at, t.expires_at,
     t.last_used_at, r.revoked_at, r.revoked_by, r.reason
     FROM tokens t LEFT JOIN revocations r ON r.jti = t.jti";

/// [`SELECT_TOKENS`] by id.
pub(super) const FIND_TOKENS: &str =
    "SELECT t.id, t.jti, t.business_id, t.user_id, t.name, t.description, t.token_prefix, t.created_at, t.expires_at,
     t.last_used_at, r.revoked_at, r.revoked_by, r.reason
     FROM tokens t LEFT JOIN revocations r ON r.jti = t.jti WHERE t.id = ANY($1)";

/// Columns of types that PostgreSQL does not know.
pub(super) trait Stored {
    /// A role, kept by its name.
    fn role(&self, column: &str) -> Result<Role, StoreError>;
    /// An instant.
    fn instant(&self, column: &str) -> Result<Timestamp, StoreError>;
    /// An instant or nothing.
    fn optional_instant(&self, column: &str) -> Result<Option<Timestamp>, StoreError>;
}

impl Stored for PgRow {
    fn role(&self, column: &str) -> Result<Role, StoreError> {
        let name: &str = self.try_get(column)?;
        Role::from_name(name)
            .ok_or_else(|| StoreError::Inconsistent(format!("there is no role {name:?}")))
    }

    fn instant(&self, column: &str) -> Result<Timestamp, StoreError> {
        Ok(Timestamp::from_utc(self.try_get(column)?))
    }

    fn optional_instant(&self, column: &str) -> Result<Option<Timestamp>, StoreError> {
        let instant: Option<DateTime<Utc>> = self.try_get(column)?;
        Ok(instant.map(Timestamp::from_utc))
    }
}

/// A row of [`SELECT_TOKENS`].
pub(super) fn token_record(row: &PgRow) -> Result<TokenRecord, StoreError> {
    let revocation = match row.optional_instant("revoked_at")? {
        Some(revoked_at) => Some(Revocation {
            revoked_at,
            revoked_by: row.try_get("revoked_by")?,
            reason: row.try_get("reason")?,
        }),
        None => None,
    };
    Ok(TokenRecord {
        id: row.try_get("id")?,
        jti: row.try_get("jti")?,
        user_id: row.try_get("user_id")?,
        name: row.try_get("name")?,
        description: row.try_get("description")?,
        shown_prefix: row.try_get("token_prefix")?,
        created_at: row.instant("created_at")?,
        expires_at: row.instant("expires_at")?,
        last_used_at: row.optional_instant("last_used_at")?,
        revocation,
    })
}
