//! Rows as the types of the store.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{ColumnIndex, Row};

use super::super::error::StoreError;
use super::super::records::{Revocation, TokenRecord};
use super::super::role::Role;
use crate::timestamp::Timestamp;

/// The columns of [`token_record`], of a token `t` and its revocation `r`, if there is one.
macro_rules! token_columns {
    () => {
        "t.id, t.jti, t.name, t.description, t.token_prefix, t.created_at, t.expires_at, t.last_used_at,
     r.revoked_at, r.revoked_by, r.reason"
    };
}
pub(super) use token_columns;

/// The number of columns that [`token_record`] reads, and so the position of the next column of a statement.
pub(super) const TOKEN_COLUMNS: usize = 11;

/// Columns of types that PostgreSQL does not have.
pub(super) trait Stored {
    /// Reads a role that is stored by its name.
    fn role(&self, column: impl ColumnIndex<PgRow>) -> Result<Role, StoreError>;
    /// Reads an instant.
    fn instant(&self, column: impl ColumnIndex<PgRow>) -> Result<Timestamp, StoreError>;
    /// Reads an instant or null.
    fn optional_instant(
        &self,
        column: impl ColumnIndex<PgRow>,
    ) -> Result<Option<Timestamp>, StoreError>;
}

impl Stored for PgRow {
    fn role(&self, column: impl ColumnIndex<PgRow>) -> Result<Role, StoreError> {
        let name: &str = self.try_get(column)?;
        Role::from_name(name)
            .ok_or_else(|| StoreError::Inconsistent(format!("there is no role {name:?}")))
    }

    fn instant(&self, column: impl ColumnIndex<PgRow>) -> Result<Timestamp, StoreError> {
        Ok(Timestamp::from_utc(self.try_get(column)?))
    }

    fn optional_instant(
        &self,
        column: impl ColumnIndex<PgRow>,
    ) -> Result<Option<Timestamp>, StoreError> {
        let instant: Option<DateTime<Utc>> = self.try_get(column)?;
        Ok(instant.map(Timestamp::from_utc))
    }
}

/// Reads the token of a row that begins with [`token_columns`], by their positions: looking up a name takes longer than the read.
pub(super) fn token_record(row: &PgRow) -> Result<TokenRecord, StoreError> {
    let revocation = match row.optional_instant(8)? {
        Some(revoked_at) => Some(Revocation {
            revoked_at,
            revoked_by: row.try_get(9)?,
            reason: row.try_get(10)?,
        }),
        None => None,
    };
    Ok(TokenRecord {
        id: row.try_get(0)?,
        jti: row.try_get(1)?,
        name: row.try_get(2)?,
        description: row.try_get(3)?,
        shown_prefix: row.try_get(4)?,
        created_at: row.instant(5)?,
        expires_at: row.instant(6)?,
        last_used_at: row.optional_instant(7)?,
        revocation,
    })
}
