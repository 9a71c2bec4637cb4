//! The audit trail's table.

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};

use super::super::audit::{AuditEvent, NewAuditEvent};
use super::super::cached_reads::Changes;
use super::super::error::StoreError;
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
    let actor = event.actor.as_ref();
    sqlx::query(
        "INSERT INTO audit_events (at, action, actor_user_id, actor_token_id, business_id, target_token_id, reason,
         remote_address, claimed_email) VALUES (clock_timestamp(), $1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(event.action.name())
    .bind(actor.map(|actor| actor.user_id))
    .bind(actor.map(|actor| actor.token_id))
    .bind(event.business_id)
    .bind(event.target_token_id)
    .bind(&event.reason)
    .bind(actor.and_then(|actor| actor.remote_address.map(|address| address.to_string())))
    .bind(actor.and_then(|actor| actor.claimed_email.as_deref()))
    .execute(connection)
    .await?;
    Ok(())
}

impl Work for NewAuditEvent {
    type Output = ();

    async fn run_on(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let mut transaction = connection.begin().await?;
        if let Some(by) = &self.actor {
            lock::require_active(&mut transaction, by).await?;
        }
        record(&mut transaction, self).await?;
        // No token was changed.
        changes::record(&mut transaction, &Changes::default()).await?;
        Ok(transaction.commit().await?)
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
         claimed_email FROM audit_events WHERE id > $1 AND at >= $2 ORDER BY id LIMIT $3",
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
                })
            })
            .collect()
    }
}
