//! The deletion of what is old: some rows in each transaction, so that a server's writes come between.

use rusqlite::{Connection, params};

use super::super::administration::{PAGE, Pruned};
use super::super::error::StoreError;
use super::trail;
use crate::timestamp::Timestamp;

/// Returns the machine's clock, which is the database's.
#[allow(clippy::unnecessary_wraps)] // As on PostgreSQL, where it is read.
pub(crate) fn now(_: &Connection) -> Result<Timestamp, StoreError> {
    Ok(Timestamp::now())
}

/// Expired tokens of which none is known that they have minted: otherwise the descendants of their own minters were lost.
const EXPIRED: &str = "SELECT t.jti FROM tokens t WHERE t.expires_at < ?1 AND NOT EXISTS (
         SELECT 1 FROM audit_events e JOIN tokens m ON m.id = e.target_token_id
         WHERE e.action = 'token.created' AND e.actor_token_id = t.id
     ) ORDER BY t.expires_at LIMIT ?2";

/// Deletes some tokens that expired earlier than `before`, and their revocations. Returns zeros when there are no more.
pub(crate) fn prune_tokens(
    connection: &Connection,
    before: Timestamp,
    operator: &str,
) -> Result<Pruned, StoreError> {
    let jtis: Vec<String> = connection
        .prepare_cached(EXPIRED)?
        .query_map(params![before.as_micros(), PAGE], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    pruning(connection, before, || {
        let mut pruned = Pruned::default();
        let mut revocation = connection.prepare_cached("DELETE FROM revocations WHERE jti = ?")?;
        let mut token = connection.prepare_cached("DELETE FROM tokens WHERE jti = ?")?;
        for jti in &jtis {
            pruned.revocations += revocation.execute([jti])? as u64;
            pruned.tokens += token.execute([jti])? as u64;
        }
        if pruned != Pruned::default() {
            trail::record(
                connection,
                &pruned.event(before, operator),
                Timestamp::now(),
            )?;
        }
        Ok(pruned)
    })
}

/// Deletes those of some events since `after` that are older than `before`, but none that says where an existing token comes
/// from. Returns their number and the last one that was looked at.
pub(crate) fn prune_events(
    connection: &Connection,
    before: Timestamp,
    after: i64,
    operator: &str,
) -> Result<Option<(u64, i64)>, StoreError> {
    let last: Option<i64> = connection
        .prepare_cached(
            "SELECT MAX(id) FROM (SELECT id FROM audit_events WHERE id > ? AND at < ? ORDER BY id LIMIT ?)",
        )?
        .query_row(params![after, before.as_micros(), PAGE], |row| row.get(0))?;
    let Some(last) = last else {
        return Ok(None);
    };
    pruning(connection, before, || {
        let deleted = connection
            .prepare_cached(
                "DELETE FROM audit_events WHERE id > ? AND id <= ? AND at < ?
                 AND NOT (action IN ('token.created', 'token.bootstrapped')
                          AND EXISTS (SELECT 1 FROM tokens t WHERE t.id = target_token_id))",
            )?
            .execute(params![after, last, before.as_micros()])?;
        let events = deleted as u64;
        if events > 0 {
            let pruned = Pruned {
                events,
                ..Pruned::default()
            };
            trail::record(
                connection,
                &pruned.event(before, operator),
                Timestamp::now(),
            )?;
        }
        Ok(Some((events, last)))
    })
}

/// Runs deletions that the schema refuses outside of a transaction that prunes.
fn pruning<T>(
    connection: &Connection,
    before: Timestamp,
    delete: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.execute(
        "INSERT INTO pruning (before) VALUES (?)",
        [before.as_micros()],
    )?;
    let deleted = delete()?;
    connection.execute("DELETE FROM pruning", [])?;
    Ok(deleted)
}
