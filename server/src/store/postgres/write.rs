//! The writes that each have a transaction to themselves.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row, query_scalar};
use uuid::Uuid;

use super::super::audit::Author;
use super::super::cached_reads::Changes;
use super::super::error::StoreError;
use super::super::records::{NewToken, TokenRecord, TokenUse};
use super::changes;
use super::connections::Work;
use super::lock;
use super::trail;
use crate::timestamp::Timestamp;

/// The insertion of a token, unless the user has `max_active` of them.
#[derive(Debug)]
pub(super) struct AddToken {
    pub(super) token: NewToken,
    pub(super) max_active: Option<u32>,
    pub(super) by: Author,
}

impl Work for AddToken {
    type Output = Option<TokenRecord>;

    async fn run_on(&self, connection: &mut PgConnection) -> Result<Self::Output, StoreError> {
        let Self {
            token,
            max_active,
            by,
        } = self;
        let mut transaction = connection.begin().await?;
        lock_user(&mut transaction, token.user_id).await?;
        if let Some(max_active) = *max_active {
            let row = sqlx::query(
                "SELECT COUNT(*) FROM tokens t WHERE t.user_id = $1 AND t.expires_at > $2
             AND (SELECT r.jti FROM revocations r WHERE r.jti = t.jti) IS NULL",
            )
            .bind(token.user_id)
            .bind(Timestamp::now().as_utc())
            .fetch_one(&mut *transaction)
            .await?;
            if row.try_get::<i64, _>(0)? >= i64::from(max_active) {
                transaction.rollback().await?;
                return Ok(None);
            }
        }
        if let Author::Caller(by) = by {
            // After all that this may have waited for.
            lock::require_active(&mut transaction, by).await?;
        }
        sqlx::query(
        "INSERT INTO tokens (id, jti, business_id, user_id, name, description, token_prefix, token_sha256, created_at,
         expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(token.id)
    .bind(token.jti)
    .bind(token.business_id)
    .bind(token.user_id)
    .bind(&token.name)
    .bind(&token.description)
    .bind(&token.shown_prefix)
    .bind(token.digest.as_bytes())
    .bind(token.created_at.as_utc())
    .bind(token.expires_at.as_utc())
    .execute(&mut *transaction)
    .await?;
        trail::record(&mut transaction, &token.event(by.clone())).await?;
        let changes = Changes {
            jtis: Vec::new(),
            users: vec![token.user_id],
        };
        changes::record(&mut transaction, &changes).await?;
        transaction.commit().await?;
        Ok(Some(token.clone().into()))
    }
}

/// Lets no other process add a token to this user until the end of the transaction, on any replica or the command line. A later
/// statement sees what the previous one committed.
pub(super) async fn lock_user(
    connection: &mut PgConnection,
    user_id: Uuid,
) -> Result<(), StoreError> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(format!("tokens of {user_id}"))
        .execute(connection)
        .await?;
    Ok(())
}

/// The update of when tokens were last used.
#[derive(Debug)]
pub(super) struct RecordUses<'a>(pub(super) &'a HashMap<Uuid, TokenUse>);

impl Work for RecordUses<'_> {
    type Output = ();

    async fn run_on(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        // Nothing waits for these, least of all for a standby.
        let mut transaction = connection
            .begin_with("BEGIN; SET LOCAL synchronous_commit = local")
            .await?;
        // A row that another replica is writing now is skipped: it gets as late an instant from there. The update is a later
        // statement, so that it sees each revocation that was committed before its token was locked.
        let locked: Vec<Uuid> = query_scalar(
            "SELECT jti FROM tokens WHERE jti = ANY($1) FOR NO KEY UPDATE SKIP LOCKED",
        )
        .bind(self.0.keys().copied().collect::<Vec<Uuid>>())
        .fetch_all(&mut *transaction)
        .await?;
        let instants: Vec<DateTime<Utc>> = locked
            .iter()
            .filter_map(|jti| self.0.get(jti))
            .map(|last| last.at.as_utc())
            .collect();
        sqlx::query(
            "WITH used AS (
                 SELECT t.jti, t.user_id, u.at FROM tokens t
                 JOIN unnest($1::uuid[], $2::timestamptz[]) AS u (jti, at) ON u.jti = t.jti
                 WHERE (SELECT r.jti FROM revocations r WHERE r.jti = t.jti) IS NULL
             ),
             changed AS (
                 INSERT INTO changes (jtis, users)
                 SELECT COALESCE(array_agg(jti), '{}'), COALESCE(array_agg(user_id), '{}') FROM used
             ),
             old AS (DELETE FROM changes WHERE xid < (pg_current_xact_id()::text::bigint - $3)::text::xid8)
             UPDATE tokens t SET last_used_at = GREATEST(t.last_used_at, used.at) FROM used WHERE t.jti = used.jti",
        )
        .bind(locked)
        .bind(instants)
        .bind(changes::MAX_KEPT)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }
}
