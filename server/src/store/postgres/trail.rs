//! The audit trail's table.

use std::collections::HashMap;

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};
use uuid::Uuid;

use super::super::audit::{Actor, AuditEvent, NewAuditEvent};
use super::super::cached_reads::Changes;
use super::super::error::StoreError;
use super::super::role::Role;
use super::changes;
use super::connections::Work;
use super::lock;
use super::row::Stored;
use crate::timestamp::Timestamp;

/// Records an event, at the instant of the database's clock, which all replicas share.
pub(super) async fn record(
    connection: &mut PgConnection,
    event: &NewAuditEvent,
) -> Result<(), StoreError> {
    let actor = event.actor();
    // A role that serves may not write the columns of operators.
    let sql = if event.operator().is_some() {
        "INSERT INTO audit_events (at, action, actor_user_id, actor_token_id, business_id, target_token_id, reason,
         remote_address, claimed_email, target_user_id, operator, role)
         VALUES (clock_timestamp(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    } else {
        "INSERT INTO audit_events (at, action, actor_user_id, actor_token_id, business_id, target_token_id, reason,
         remote_address, claimed_email, target_user_id)
         VALUES (clock_timestamp(), $1, $2, $3, $4, $5, $6, $7, $8, $9)"
    };
    let insert = sqlx::query(sql)
        .bind(event.action.name())
        .bind(actor.map(|actor| actor.user_id))
        .bind(actor.map(|actor| actor.token_id))
        .bind(event.business_id)
        .bind(event.target_token_id)
        .bind(&event.reason)
        .bind(actor.and_then(|actor| actor.remote_address.map(|address| address.to_string())))
        .bind(actor.and_then(|actor| actor.claimed_email.as_deref()))
        .bind(event.target_user_id);
    let insert = match event.operator() {
        Some(operator) => insert.bind(operator).bind(event.role.map(Role::name)),
        None => insert,
    };
    insert.execute(connection).await?;
    Ok(())
}

impl Work for NewAuditEvent {
    type Output = ();

    async fn run_on(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let mut transaction = connection.begin().await?;
        if let Some(by) = self.actor() {
            lock::require_active(&mut transaction, by).await?;
        }
        record(&mut transaction, self).await?;
        // No token was changed.
        changes::record(&mut transaction, &Changes::default()).await?;
        Ok(transaction.commit().await?)
    }
}

/// The uses of revoked tokens, of which those are recorded whose token was not used within the last hour.
#[derive(Debug)]
pub(super) struct RefusedUses(pub(super) Vec<Actor>);

impl Work for RefusedUses {
    type Output = HashMap<Uuid, String>;

    async fn run_on(&self, connection: &mut PgConnection) -> Result<Self::Output, StoreError> {
        // Nothing waits for these, least of all for a standby.
        let mut transaction = connection
            .begin_with("BEGIN; SET LOCAL synchronous_commit = local")
            .await?;
        let mut reasons = HashMap::new();
        for token in &self.0 {
            let row = sqlx::query(
                "SELECT (SELECT reason FROM revocations WHERE jti = $1), EXISTS (
                     SELECT 1 FROM audit_events WHERE action = 'token.used_after_revocation' AND target_token_id = $2
                     AND at > now() - interval '1 hour')",
            )
            .bind(token.jti)
            .bind(token.token_id)
            .fetch_one(&mut *transaction)
            .await?;
            let (reason, is_recent): (Option<String>, bool) = (row.try_get(0)?, row.try_get(1)?);
            if !is_recent {
                let event = NewAuditEvent::used_after_revocation(token, reason.clone());
                record(&mut transaction, &event).await?;
            }
            reasons.extend(reason.map(|reason| (token.jti, reason)));
        }
        changes::record(&mut transaction, &Changes::default()).await?;
        transaction.commit().await?;
        Ok(reasons)
    }
}

/// The read of events since `since` whose number is greater than `after`, in the order of their numbers.
#[derive(Debug)]
pub(super) struct Since {
    pub(super) since: Timestamp,
    pub(super) after: i64,
    pub(super) limit: u32,
}

impl Work for Since {
    type Output = Vec<AuditEvent>;

    async fn run_on(&self, connection: &mut PgConnection) -> Result<Vec<AuditEvent>, StoreError> {
        let rows = sqlx::query(
        "SELECT id, at, action, actor_user_id, actor_token_id, business_id, target_token_id, reason, remote_address,
         claimed_email, operator, target_user_id, role FROM audit_events WHERE id > $1 AND at >= $2 ORDER BY id LIMIT $3",
    )
    .bind(self.after)
    .bind(self.since.as_utc())
    .bind(i64::from(self.limit))
    .fetch_all(connection)
    .await?;
        rows.iter()
            .map(|row| {
                Ok(AuditEvent {
                    id: row.try_get("id")?,
                    at: row.instant("at")?,
                    action: row.try_get("action")?,
                    actor_user_id: row.try_get("actor_user_id")?,
                    actor_token_id: row.try_get("actor_token_id")?,
                    business_id: row.try_get("business_id")?,
                    target_token_id: row.try_get("target_token_id")?,
                    reason: row.try_get("reason")?,
                    remote_address: row.try_get("remote_address")?,
                    claimed_email: row.try_get("claimed_email")?,
                    operator: row.try_get("operator")?,
                    target_user_id: row.try_get("target_user_id")?,
                    role: row.try_get("role")?,
                })
            })
            .collect()
    }
}
