//! Reads by key: one statement for many tokens.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Executor, Row};
use uuid::Uuid;

use super::super::{Authentication, HAS_TOKENS, StoreError};
use super::coalesce::Batch;
use super::connections::{Connections, Work};
use super::known::{Known, Read};
use super::moment::{Moment, moment_column};
use super::row::Stored;
use crate::token::TokenDigest;

/// A row of the moment for each token that is there, or one of the moment alone. That a token's owner is a member of its business is
/// what a foreign key says, here for whoever writes.
const AUTHENTICATIONS: &str = concat!(
    "SELECT ",
    moment_column!(),
    ", t.jti, t.id, t.user_id, t.business_id, t.token_sha256, t.expires_at, t.last_used_at, r.jti IS NOT NULL
     FROM (VALUES (true)) AS now LEFT JOIN (tokens t LEFT JOIN revocations r ON r.jti = t.jti) ON t.jti = ANY($1)"
);

/// What there is of tokens, by their `jti`, each with the moment that it is of, which is behind its question.
///
/// What is known of tokens is not read again: the statement says whether the moment that it was read at still lasts.
#[derive(Debug)]
pub(super) struct Authentications {
    pub(super) connections: Arc<Connections>,
    pub(super) known: Arc<Known>,
}

impl Batch for Authentications {
    type Question = Uuid;
    type Answer = (Option<Authentication>, Arc<Moment>);

    async fn ask(&self, jtis: &[Uuid]) -> Result<Vec<Self::Answer>, StoreError> {
        let known = self.known.authentications(jtis);
        let is_known = |jti: &Uuid| {
            known
                .as_ref()
                .is_some_and(|known| known.found.contains_key(jti))
        };
        let mut read = self
            .read(jtis.iter().filter(|jti| !is_known(jti)).copied())
            .await?;
        match known {
            Some(known) if known.at == read.at => {
                self.known.learn(&read);
                read.found.extend(known.found);
            }
            // Somebody has committed since.
            Some(_) => {
                read = self.read(jtis.iter().copied()).await?;
                self.known.learn(&read);
            }
            None => self.known.learn(&read),
        }
        let answer = |jti: &Uuid| (read.found.get(jti).cloned(), Arc::clone(&read.at));
        Ok(jtis.iter().map(answer).collect())
    }
}

impl Authentications {
    /// Reads these tokens, and the moment, also where there are none.
    async fn read(&self, jtis: impl Iterator<Item = Uuid>) -> Result<Read, StoreError> {
        let rows = self
            .connections
            .read(&ByKeys::new(AUTHENTICATIONS, jtis))
            .await?;
        let first = rows
            .first()
            .ok_or_else(|| StoreError::Inconsistent("no answer".to_owned()))?;
        let at = Arc::new(Moment::of(first, 0)?);
        let mut found = HashMap::with_capacity(rows.len());
        for row in &rows {
            if let Some(jti) = row.try_get(1)? {
                found.insert(jti, authentication(row)?);
            }
        }
        Ok(Read { at, found })
    }
}

/// The columns of [`AUTHENTICATIONS`] behind the moment and the `jti`, by their places.
fn authentication(row: &PgRow) -> Result<Authentication, StoreError> {
    Ok(Authentication {
        token_id: row.try_get(2)?,
        user_id: row.try_get(3)?,
        business_id: row.try_get(4)?,
        digest: TokenDigest::from_stored(row.try_get(5)?).ok_or_else(|| {
            StoreError::Inconsistent("a token's digest is not 32 bytes long".to_owned())
        })?,
        expires_at: row.instant(6)?,
        last_used_at: row.optional_instant(7)?,
        revoked: row.try_get(8)?,
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
