//! Reads by key: one statement for many tokens.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Executor, Row};
use uuid::Uuid;

use super::super::{Authentication, HAS_TOKENS, StoreError};
use super::coalesce::Batch;
use super::connections::{Connections, Work};
use super::row::Stored;
use crate::token::TokenDigest;

/// That a token's owner is a member of its business is what a foreign key says, here for whoever writes.
const AUTHENTICATIONS: &str =
    "SELECT t.id, t.user_id, t.business_id, t.token_sha256, t.expires_at, t.last_used_at, r.jti IS NOT NULL, t.jti
     FROM tokens t LEFT JOIN revocations r ON r.jti = t.jti
     WHERE t.jti = ANY($1)";

/// What is known of tokens, by their `jti`.
#[derive(Debug)]
pub(super) struct Authentications(pub(super) Arc<Connections>);

impl Batch for Authentications {
    type Question = Uuid;
    type Answer = Option<Authentication>;

    async fn ask(&self, jtis: &[Uuid]) -> Result<Vec<Self::Answer>, StoreError> {
        let ask = ByKeys::new(AUTHENTICATIONS, jtis.iter().copied());
        let rows = self.0.read(&ask).await?;
        let known = rows
            .iter()
            .map(|row| Ok((row.try_get(7)?, authentication(row)?)))
            .collect::<Result<HashMap<Uuid, _>, StoreError>>()?;
        Ok(jtis.iter().map(|jti| known.get(jti).cloned()).collect())
    }
}

/// The first columns of [`AUTHENTICATIONS`], by their places.
fn authentication(row: &PgRow) -> Result<Authentication, StoreError> {
    Ok(Authentication {
        token_id: row.try_get(0)?,
        user_id: row.try_get(1)?,
        business_id: row.try_get(2)?,
        digest: TokenDigest::from_stored(row.try_get(3)?).ok_or_else(|| {
            StoreError::Inconsistent("a token's digest is not 32 bytes long".to_owned())
        })?,
        expires_at: row.instant(4)?,
        last_used_at: row.optional_instant(5)?,
        revoked: row.try_get(6)?,
    })
}

/// Rows by key: a statement whose one parameter is an array of UUIDs.
#[derive(Debug)]
pub(super) struct ByKeys {
    sql: &'static str,
    keys: Vec<Uuid>,
}

impl ByKeys {
    /// Many requests may ask for the same key, which is asked for once.
    pub(super) fn new(sql: &'static str, keys: impl Iterator<Item = Uuid>) -> Self {
        let mut keys: Vec<Uuid> = keys.collect();
        keys.sort_unstable();
        keys.dedup();
        Self { sql, keys }
    }
}

impl Work for ByKeys {
    type Output = Vec<PgRow>;

    async fn on(&self, connection: &mut PgConnection) -> Result<Vec<PgRow>, StoreError> {
        let query = sqlx::query(self.sql).bind(&self.keys);
        Ok(query.fetch_all(connection).await?)
    }
}

/// Whether there is any token; many who ask whether the database answers share one answer.
#[derive(Debug)]
pub(super) struct Presence(pub(super) Arc<Connections>);

impl Batch for Presence {
    type Question = ();
    type Answer = bool;

    async fn ask(&self, questions: &[()]) -> Result<Vec<bool>, StoreError> {
        let any = self.0.read(&AnyToken).await?;
        Ok(vec![any; questions.len()])
    }
}

#[derive(Debug)]
struct AnyToken;

impl Work for AnyToken {
    type Output = bool;

    async fn on(&self, connection: &mut PgConnection) -> Result<bool, StoreError> {
        let row = connection.fetch_one(HAS_TOKENS).await?;
        Ok(row.try_get(0)?)
    }
}
