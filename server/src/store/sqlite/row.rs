//! Rows as the types of the store.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::super::{Revocation, Role, StoreError, TokenRecord};
use crate::timestamp::Timestamp;

/// Tokens with their revocations, for [`token_record`].
pub(super) const SELECT_TOKENS: &str =
    "SELECT t.id, t.jti, t.user_id, t.name, t.description, t.token_prefix, t.created_at, t.expires_at, t.last_used_at,
     r.revoked_at, r.revoked_by, r.reason
     FROM tokens t LEFT JOIN revocations r ON r.jti = t.jti";

/// Columns of types that SQLite does not know.
pub(super) trait Stored {
    /// A UUID, kept as text.
    fn uuid(&self, column: &str) -> Result<Uuid, StoreError>;
    /// A role, kept by its name.
    fn role(&self, column: &str) -> Result<Role, StoreError>;
    /// An instant or nothing.
    fn optional_instant(&self, column: &str) -> Result<Option<Timestamp>, StoreError>;
}

impl Stored for SqliteRow {
    fn uuid(&self, column: &str) -> Result<Uuid, StoreError> {
        let text: &str = self.try_get(column)?;
        Uuid::try_parse(text)
            .map_err(|_| StoreError::Inconsistent(format!("{column} is not a UUID")))
    }

    fn role(&self, column: &str) -> Result<Role, StoreError> {
        let name: &str = self.try_get(column)?;
        Role::from_name(name)
            .ok_or_else(|| StoreError::Inconsistent(format!("there is no role {name:?}")))
    }

    fn optional_instant(&self, column: &str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self
            .try_get::<Option<i64>, _>(column)?
            .map(Timestamp::from_micros))
    }
}

/// A row of [`SELECT_TOKENS`].
pub(super) fn token_record(row: &SqliteRow) -> Result<TokenRecord, StoreError> {
    let revocation = match row.optional_instant("revoked_at")? {
        Some(revoked_at) => Some(Revocation {
            revoked_at,
            revoked_by: row.try_get("revoked_by")?,
            reason: row.try_get("reason")?,
        }),
        None => None,
    };
    Ok(TokenRecord {
        id: row.uuid("id")?,
        jti: row.uuid("jti")?,
        user_id: row.uuid("user_id")?,
        name: row.try_get("name")?,
        description: row.try_get("description")?,
        shown_prefix: row.try_get("token_prefix")?,
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
        expires_at: Timestamp::from_micros(row.try_get("expires_at")?),
        last_used_at: row.optional_instant("last_used_at")?,
        revocation,
    })
}
