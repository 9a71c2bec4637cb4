//! The audit trail's table.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::super::audit::{Actor, AuditEvent, NewAuditEvent};
use super::super::error::StoreError;
use super::super::role::Role;
use super::row::optional_uuid;
use crate::timestamp::Timestamp;

/// An hour in microseconds.
const HOUR: i64 = 3_600_000_000;

pub(super) fn record(
    connection: &Connection,
    event: &NewAuditEvent,
    at: Timestamp,
) -> Result<(), StoreError> {
    let actor = event.actor();
    connection
        .prepare_cached(
            "INSERT INTO audit_events (at, action, actor_user_id, actor_token_id, business_id, target_token_id, reason,
             remote_address, claimed_email, operator, target_user_id, role) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
            event.operator(),
            event.target_user_id.map(|id| id.to_string()),
            event.role.map(Role::name),
        ])?;
    Ok(())
}

/// Records the uses of revoked tokens whose use was not recorded within the last hour. Returns the reasons of their revocations.
pub(super) fn record_refused_uses(
    connection: &Connection,
    uses: &[Actor],
) -> Result<HashMap<Uuid, String>, StoreError> {
    let now = Timestamp::now();
    let mut reasons = HashMap::new();
    let mut find = connection.prepare_cached("SELECT reason FROM revocations WHERE jti = ?")?;
    let mut recent = connection.prepare_cached(
        "SELECT 1 FROM audit_events WHERE action = 'token.used_after_revocation' AND target_token_id = ? AND at > ?",
    )?;
    for token in uses {
        let found = find.query_row([token.jti.to_string()], |row| row.get(0));
        let reason: Option<String> = found.optional()?.flatten();
        let an_hour_ago = now.as_micros() - HOUR;
        if !recent.exists(params![token.token_id.to_string(), an_hour_ago])? {
            let event = NewAuditEvent::used_after_revocation(token, reason.clone());
            record(connection, &event, now)?;
        }
        reasons.extend(reason.map(|reason| (token.jti, reason)));
    }
    Ok(reasons)
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
         claimed_email, operator, target_user_id, role FROM audit_events WHERE id > ? AND at >= ? ORDER BY id LIMIT ?",
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
            operator: row.get(10)?,
            target_user_id: optional_uuid(row, 11)?,
            role: row.get(12)?,
        });
    }
    Ok(events)
}
