//! The writes, each within a transaction of the writer.

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::super::audit::{Actor, Author};
use super::super::error::StoreError;
use super::super::records::{NewRevocation, NewToken, Revocation, Revoked, TokenRecord, TokenUse};
use super::trail;
use crate::timestamp::Timestamp;

/// Checks, under the write lock, that the actor's token is not revoked.
pub(super) fn require_active(connection: &Connection, actor: &Actor) -> Result<(), StoreError> {
    let revoked = connection
        .prepare_cached("SELECT 1 FROM revocations WHERE jti = ?")?
        .exists([actor.jti.to_string()])?;
    if revoked {
        Err(StoreError::CallerRevoked)
    } else {
        Ok(())
    }
}

pub(super) fn revoke(
    connection: &Connection,
    revocation: &NewRevocation,
) -> Result<Revoked, StoreError> {
    require_active(connection, &revocation.by)?;
    let jti = revocation.jti.to_string();
    // The instant is taken under the write lock, so that revocations are recorded in the order of their instants.
    let now = Timestamp::now();
    let added = connection
        .prepare_cached(
            "INSERT INTO revocations (jti, revoked_at, revoked_by, reason, claimed_email) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (jti) DO NOTHING",
        )?
        .execute(params![
            jti,
            now.as_micros(),
            revocation.revoked_by,
            revocation.reason,
            revocation.by.claimed_email
        ])?;
    let first = added == 1;
    let kept = if first {
        Revocation {
            revoked_at: now,
            revoked_by: revocation.revoked_by.clone(),
            reason: revocation.reason.clone(),
        }
    } else {
        connection
            .prepare_cached("SELECT revoked_at, revoked_by, reason FROM revocations WHERE jti = ?")?
            .query_row([&jti], |row| {
                Ok(Revocation {
                    revoked_at: Timestamp::from_micros(row.get(0)?),
                    revoked_by: row.get(1)?,
                    reason: row.get(2)?,
                })
            })?
    };
    trail::record(connection, &revocation.event(first), now)?;
    Ok(Revoked {
        revocation: kept,
        first,
    })
}

pub(super) fn add_token(
    connection: &Connection,
    token: NewToken,
    max_active: Option<u32>,
    by: Author,
) -> Result<Option<TokenRecord>, StoreError> {
    if let Author::Caller(by) = &by {
        require_active(connection, by)?;
    }
    let now = Timestamp::now();
    if let Some(max_active) = max_active {
        let active: i64 = connection
            .prepare_cached(
                "SELECT COUNT(*) FROM tokens t WHERE t.user_id = ? AND t.expires_at > ?
                 AND NOT EXISTS (SELECT 1 FROM revocations r WHERE r.jti = t.jti)",
            )?
            .query_row(params![token.user_id.to_string(), now.as_micros()], |row| {
                row.get(0)
            })?;
        if active >= i64::from(max_active) {
            return Ok(None);
        }
    }
    connection
        .prepare_cached(
            "INSERT INTO tokens (id, jti, business_id, user_id, name, description, token_prefix, token_sha256, created_at,
             expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            token.id.to_string(),
            token.jti.to_string(),
            token.business_id.to_string(),
            token.user_id.to_string(),
            token.name,
            token.description,
            token.shown_prefix,
            token.digest.as_bytes(),
            token.created_at.as_micros(),
            token.expires_at.as_micros(),
        ])?;
    trail::record(connection, &token.event(by), now)?;
    Ok(Some(token.into()))
}

pub(super) fn record_uses(
    connection: &Connection,
    uses: &[(Uuid, TokenUse)],
) -> Result<(), StoreError> {
    let mut update = connection.prepare_cached(
        "UPDATE tokens SET last_used_at = MAX(?, COALESCE(last_used_at, 0)) WHERE jti = ?
         AND NOT EXISTS (SELECT 1 FROM revocations r WHERE r.jti = tokens.jti)",
    )?;
    for (jti, last) in uses {
        update.execute(params![last.at.as_micros(), jti.to_string()])?;
    }
    Ok(())
}
