//! The deletion of what is old: some rows in each transaction, so that servers' writes come between.

use sqlx::postgres::{PgConnection, Postgres};
use sqlx::{Executor, Transaction, query, query_scalar};
use uuid::Uuid;

use super::super::administration::{PAGE, Pruned};
use super::super::error::StoreError;
use super::trail;
use crate::timestamp::Timestamp;

/// Reads the database's clock.
pub(crate) async fn now(connection: &mut PgConnection) -> Result<Timestamp, StoreError> {
    let now = query_scalar("SELECT clock_timestamp()");
    Ok(Timestamp::from_utc(now.fetch_one(connection).await?))
}

/// Expired tokens of which none is known that they have minted: otherwise the descendants of their own minters were lost.
const EXPIRED: &str = "SELECT t.jti FROM tokens t WHERE t.expires_at < $1 AND NOT EXISTS (
         SELECT 1 FROM audit_events e JOIN tokens m ON m.id = e.target_token_id
         WHERE e.action = 'token.created' AND e.actor_token_id = t.id
     ) ORDER BY t.expires_at LIMIT $2";

/// Deletes some tokens that expired earlier than `before`, and their revocations. Returns zeros when there are no more.
pub(crate) async fn prune_tokens(
    transaction: &mut Transaction<'_, Postgres>,
    before: Timestamp,
    operator: &str,
) -> Result<Pruned, StoreError> {
    let jtis: Vec<Uuid> = query_scalar(EXPIRED)
        .bind(before.as_utc())
        .bind(i64::from(PAGE))
        .fetch_all(&mut **transaction)
        .await?;
    begin_pruning(transaction, before).await?;
    let revocations = query("DELETE FROM revocations WHERE jti = ANY($1)")
        .bind(&jtis)
        .execute(&mut **transaction)
        .await?;
    let tokens = query("DELETE FROM tokens WHERE jti = ANY($1)")
        .bind(&jtis)
        .execute(&mut **transaction)
        .await?;
    transaction.execute("DELETE FROM pruning").await?;
    let pruned = Pruned {
        tokens: tokens.rows_affected(),
        revocations: revocations.rows_affected(),
        events: 0,
    };
    if pruned != Pruned::default() {
        trail::record(transaction, &pruned.event(before, operator)).await?;
    }
    Ok(pruned)
}

/// Deletes those of some events since `after` that are older than `before`, but none that says where an existing token comes
/// from. Returns their number and the last one that was looked at.
pub(crate) async fn prune_events(
    transaction: &mut Transaction<'_, Postgres>,
    before: Timestamp,
    after: i64,
    operator: &str,
) -> Result<Option<(u64, i64)>, StoreError> {
    let last: Option<i64> = query_scalar(
        "SELECT MAX(id) FROM (SELECT id FROM audit_events WHERE id > $1 AND at < $2 ORDER BY id LIMIT $3) AS page",
    )
    .bind(after)
    .bind(before.as_utc())
    .bind(i64::from(PAGE))
    .fetch_one(&mut **transaction)
    .await?;
    let Some(last) = last else {
        return Ok(None);
    };
    begin_pruning(transaction, before).await?;
    let deleted = query(
        "DELETE FROM audit_events WHERE id > $1 AND id <= $2 AND at < $3
         AND NOT (action IN ('token.created', 'token.bootstrapped')
                  AND EXISTS (SELECT 1 FROM tokens t WHERE t.id = target_token_id))",
    )
    .bind(after)
    .bind(last)
    .bind(before.as_utc())
    .execute(&mut **transaction)
    .await?;
    transaction.execute("DELETE FROM pruning").await?;
    let events = deleted.rows_affected();
    if events > 0 {
        let pruned = Pruned {
            events,
            ..Pruned::default()
        };
        trail::record(transaction, &pruned.event(before, operator)).await?;
    }
    Ok(Some((events, last)))
}

/// Allows the deletions that the schema refuses otherwise, until the row is deleted again.
async fn begin_pruning(connection: &mut PgConnection, before: Timestamp) -> Result<(), StoreError> {
    query("INSERT INTO pruning (before) VALUES ($1)")
        .bind(before.as_utc())
        .execute(connection)
        .await?;
    Ok(())
}
