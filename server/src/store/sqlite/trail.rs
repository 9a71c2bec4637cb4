//! The audit trail's table.

use rusqlite::{Connection, params};

use super::super::audit::{AuditEvent, NewAuditEvent};
use super::super::error::StoreError;
use super::row::optional_uuid;
use crate::timestamp::Timestamp;

pub(super) fn record(
    connection: &Connection,
    event: &NewAuditEvent,
    at: Timestamp,
) -> Result<(), StoreError> {
    let actor = event.actor.as_ref();
    connection
        .prepare_cached(
            "INSERT INTO audit_events (at, action, actor_user_id, actor_token_id, business_id, target_token_id, reason,
             remote_address, claimed_email) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            at.as_micros(),
            event.action.name(),
            actor.map(|actor| actor.user_id.to_string()),
            actor.map(|actor| actor.token_id.to_string()),
            event.business_id.map(|id| id.to_string()),
            event.target_token_id.map(|id| id.to_string()),
            event.reason,
            actor.and_then(|actor| actor.remote_address.map(|address| address.to_string())),
            actor.and_then(|actor| actor.claimed_email.as_deref()),
        ])?;
    Ok(())
}

/// Reads events since `since` whose number is greater than `after`, in the order of their numbers.
pub(super) fn since(
    connection: &Connection,
    since: Timestamp,
    after: i64,
    limit: u32,
) -> Result<Vec<AuditEvent>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, at, action, actor_user_id, actor_token_id, business_id, target_token_id, reason, remote_address,
         claimed_email FROM audit_events WHERE id > ? AND at >= ? ORDER BY id LIMIT ?",
    )?;
    let mut rows = statement.query(params![after, since.as_micros(), limit])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(AuditEvent {
            id: row.get(0)?,
            at: Timestamp::from_micros(row.get(1)?),
            action: row.get(2)?,
            actor_user_id: optional_uuid(row, 3)?,
            actor_token_id: optional_uuid(row, 4)?,
            business_id: optional_uuid(row, 5)?,
            target_token_id: optional_uuid(row, 6)?,
            reason: row.get(7)?,
            remote_address: row.get(8)?,
            claimed_email: row.get(9)?,
        });
    }
    Ok(events)
}
