//! The writes that each have a transaction to themselves.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor, Row, query_scalar};
use uuid::Uuid;

use super::super::audit::Actor;
use super::super::cached_reads::Changes;
use super::super::error::StoreError;
use super::super::records::{Membership, NewToken, Role, TokenRecord, TokenUse};
use super::changes;
use super::connections::Work;
use super::lock;
use super::row::Stored;
use super::trail;
use crate::timestamp::Timestamp;

/// The insertion of a token, unless the user has `max_active` of them.
#[derive(Debug)]
pub(super) struct AddToken {
    pub(super) token: NewToken,
    pub(super) max_active: Option<u32>,
    pub(super) by: Option<Actor>,
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
        if let Some(max_active) = *max_active {
            // Creations of one user wait for each other, on all replicas. The count is a later statement, so that it sees what the
            // previous creation committed. The lock ends with the transaction.
            sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
                .bind(format!("tokens of {}", token.user_id))
                .execute(&mut *transaction)
                .await?;
            let row = sqlx::query(
                "SELECT COUNT(*) FROM tokens t WHERE t.user_id = $1 AND t.expires_at > $2
             AND NOT EXISTS (SELECT 1 FROM revocations r WHERE r.jti = t.jti)",
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
        if let Some(by) = by {
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
                 WHERE NOT EXISTS (SELECT 1 FROM revocations r WHERE r.jti = t.jti)
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

/// The read of a membership, which is created if it does not exist.
#[derive(Debug)]
pub(super) struct EnsureMember<'a> {
    pub(super) business: &'a str,
    pub(super) email: &'a str,
    pub(super) role: Role,
}

impl Work for EnsureMember<'_> {
    type Output = Membership;

    async fn run_on(&self, connection: &mut PgConnection) -> Result<Membership, StoreError> {
        let Self {
            business,
            email,
            role,
        } = *self;
        let now = Timestamp::now().as_utc();
        let mut transaction = connection.begin().await?;
        let inserts = [
        sqlx::query(
            "INSERT INTO businesses (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(Uuid::new_v4())
        .bind(business)
        .bind(now),
        sqlx::query("INSERT INTO users (id, email, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(Uuid::new_v4())
            .bind(email)
            .bind(now),
        sqlx::query(
            "INSERT INTO memberships (business_id, user_id, role, created_at)
             SELECT b.id, u.id, $1, $2 FROM businesses b, users u WHERE b.name = $3 AND lower(u.email) = lower($4)
             ON CONFLICT DO NOTHING",
        )
        .bind(role.name())
        .bind(now)
        .bind(business)
        .bind(email),
    ];
        for insert in inserts {
            transaction.execute(insert).await?;
        }
        let row = sqlx::query(
            "SELECT m.business_id, m.user_id, m.role FROM memberships m
         JOIN businesses b ON b.id = m.business_id JOIN users u ON u.id = m.user_id
         WHERE b.name = $1 AND lower(u.email) = lower($2)",
        )
        .bind(business)
        .bind(email)
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Membership {
            business_id: row.try_get("business_id")?,
            user_id: row.try_get("user_id")?,
            role: row.role("role")?,
        })
    }
}
