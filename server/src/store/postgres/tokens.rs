//! The tokens that an operator selects: their listing and their revocation.

use std::collections::HashSet;

use sqlx::postgres::{PgConnection, PgRow, Postgres};
use sqlx::{AssertSqlSafe, Row, Transaction, query, query_scalar};
use uuid::Uuid;

use super::super::administration::{LINES, Mass, MassRevoked, REVOKED_BY, Selection, TokenLine};
use super::super::audit::AuditAction;
use super::super::error::StoreError;
use super::super::records::Revocation;
use super::find::find;
use super::row::Stored;
use crate::timestamp::Timestamp;

/// Builds the read of these tokens as [`token_line`] needs them, in the order of their creation. A token that was restored without
/// its trail has no origin.
fn lines_of(tokens: &str) -> String {
    format!(
        "SELECT t.id, t.jti, t.name, t.user_id, u.email, t.business_id, t.created_at, t.expires_at, t.last_used_at,
                o.actor_token_id, o.operator, r.revoked_at, r.revoked_by, r.reason
         FROM ({tokens}) t JOIN users u ON u.id = t.user_id LEFT JOIN revocations r ON r.jti = t.jti
         LEFT JOIN audit_events o ON o.target_token_id = t.id AND o.action IN ('token.created', 'token.bootstrapped')
         ORDER BY t.created_at, t.id"
    )
}

/// Inserts revocations, and an event in the audit trail for each.
const REVOKE: &str = "
    WITH asked AS (
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) AS a (jti, id, user_id, business_id)
    ),
    revoked AS (
        INSERT INTO revocations (jti, revoked_at, revoked_by, reason) SELECT jti, statement_timestamp(), $5, $6 FROM asked
    )
    INSERT INTO audit_events (at, action, business_id, target_token_id, target_user_id, reason, operator)
    SELECT statement_timestamp(), $7, business_id, id, user_id, $6, $8 FROM asked";

/// Returns the condition on a token `t` that it is selected, by the id that [`find`] returns.
fn condition(selection: &Selection) -> &'static str {
    match selection {
        Selection::Token(_) => "(t.id = $1 OR t.jti = $1)",
        Selection::User(_) => "t.user_id = $1",
        Selection::Business(_) => "t.business_id = $1",
    }
}

/// Reads a page of the selected tokens after this one, in the order of their creation.
pub(crate) async fn tokens(
    connection: &mut PgConnection,
    selection: &Selection,
    after: Option<(Timestamp, Uuid)>,
) -> Result<Vec<TokenLine>, StoreError> {
    let selected = find(connection, selection).await?;
    let (at, id) = after.unzip();
    let page = format!(
        "SELECT * FROM tokens t WHERE {} AND ($2::timestamptz IS NULL OR (t.created_at, t.id) > ($2, $3::uuid))
         ORDER BY t.created_at, t.id LIMIT {LINES}",
        condition(selection)
    );
    let rows = query(AssertSqlSafe(lines_of(&page)))
        .bind(selected)
        .bind(at.map(Timestamp::as_utc))
        .bind(id)
        .fetch_all(connection)
        .await?;
    rows.iter().map(token_line).collect()
}

fn token_line(row: &PgRow) -> Result<TokenLine, StoreError> {
    let revocation = match row.optional_instant(11)? {
        Some(revoked_at) => Some(Revocation {
            revoked_at,
            revoked_by: row.try_get(12)?,
            reason: row.try_get(13)?,
        }),
        None => None,
    };
    Ok(TokenLine {
        id: row.try_get(0)?,
        jti: row.try_get(1)?,
        name: row.try_get(2)?,
        user_id: row.try_get(3)?,
        email: row.try_get(4)?,
        business_id: row.try_get(5)?,
        created_at: row.instant(6)?,
        expires_at: row.instant(7)?,
        last_used_at: row.optional_instant(8)?,
        minted_by: row.try_get(9)?,
        operator: row.try_get(10)?,
        revocation,
    })
}

/// Revokes all selected tokens.
///
/// A token that is locked mints no other one. So tokens are locked until no selected one is left that is not: one of them may have
/// minted another before its lock was taken.
pub(crate) async fn revoke_all(
    transaction: &mut Transaction<'_, Postgres>,
    mass: &Mass,
) -> Result<MassRevoked, StoreError> {
    let selected = find(transaction, &mass.selection).await?;
    let chosen = format!(
        "WITH RECURSIVE chosen (id) AS (
             SELECT t.id FROM tokens t WHERE {}
             UNION
             SELECT e.target_token_id FROM chosen c
             JOIN audit_events e ON e.action = 'token.created' AND e.actor_token_id = c.id WHERE $2
         )
         SELECT jti FROM tokens WHERE id IN (SELECT id FROM chosen)",
        condition(&mass.selection)
    );
    let mut locked = HashSet::new();
    loop {
        let jtis: Vec<Uuid> = query_scalar(AssertSqlSafe(chosen.clone()))
            .bind(selected)
            .bind(mass.descendants)
            .fetch_all(&mut **transaction)
            .await?;
        let new: Vec<Uuid> = jtis.into_iter().filter(|jti| locked.insert(*jti)).collect();
        if new.is_empty() {
            break;
        }
        query("SELECT lock_tokens($1, '{}')")
            .bind(new)
            .execute(&mut **transaction)
            .await?;
    }
    let rows = query(AssertSqlSafe(lines_of(
        "SELECT * FROM tokens WHERE jti = ANY($1)",
    )))
    .bind(Vec::from_iter(locked))
    .fetch_all(&mut **transaction)
    .await?;
    let all: Vec<TokenLine> = rows.iter().map(token_line).collect::<Result<_, _>>()?;
    let (already, first): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|token| token.revocation.is_some());
    let column = |of: fn(&TokenLine) -> Uuid| -> Vec<Uuid> { first.iter().map(of).collect() };
    query(REVOKE)
        .bind(column(|token| token.jti))
        .bind(column(|token| token.id))
        .bind(column(|token| token.user_id))
        .bind(column(|token| token.business_id))
        .bind(REVOKED_BY)
        .bind(&mass.reason)
        .bind(AuditAction::Revoked.name())
        .bind(&mass.operator)
        .execute(&mut **transaction)
        .await?;
    Ok(MassRevoked {
        first,
        already: already.len(),
    })
}
