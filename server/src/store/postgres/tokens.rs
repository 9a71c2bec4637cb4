//! The tokens that an operator selects: their listing and their revocation.

use sqlx::postgres::{PgConnection, PgRow, Postgres};
use sqlx::{AssertSqlSafe, Row, Transaction, query};
use uuid::Uuid;

use super::super::administration::{Mass, MassRevoked, PAGE, REVOKED_BY, Selection, TokenLine};
use super::super::audit::AuditAction;
use super::super::error::StoreError;
use super::super::records::Revocation;
use super::row::Stored;
use crate::timestamp::Timestamp;

/// The columns of [`token_line`]. A token that was restored without its trail has no origin.
const SELECT_TOKENS: &str =
    "SELECT t.id, t.jti, t.name, t.user_id, u.email, t.business_id, t.created_at, t.expires_at, t.last_used_at,
            o.actor_token_id, o.operator, r.revoked_at, r.revoked_by, r.reason
     FROM tokens t JOIN users u ON u.id = t.user_id LEFT JOIN revocations r ON r.jti = t.jti
     LEFT JOIN audit_events o ON o.target_token_id = t.id AND o.action IN ('token.created', 'token.bootstrapped')";

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

/// Returns the condition on a token `t` that it is selected by `$1`.
fn condition(selection: &Selection) -> &'static str {
    match selection {
        Selection::Token(_) => "(t.id = $1::uuid OR t.jti = $1::uuid)",
        Selection::User(_) => "t.user_id = (SELECT id FROM users WHERE lower(email) = lower($1))",
        Selection::Business(_) => {
            "t.business_id IN (SELECT id FROM businesses WHERE id::text = lower($1) OR name = $1)"
        }
    }
}

/// Checks that there is what is selected, with or without tokens.
async fn require(connection: &mut PgConnection, selection: &Selection) -> Result<(), StoreError> {
    let exists = match selection {
        Selection::Token(_) => "SELECT 1 FROM tokens WHERE id = $1::uuid OR jti = $1::uuid",
        Selection::User(_) => "SELECT 1 FROM users WHERE lower(email) = lower($1)",
        Selection::Business(_) => {
            "SELECT 1 FROM businesses WHERE id::text = lower($1) OR name = $1"
        }
    };
    let found = query(exists)
        .bind(selection.value())
        .fetch_optional(connection)
        .await?;
    found.map(|_| ()).ok_or_else(|| selection.missing())
}

/// Reads a page of the selected tokens after this one, in the order of their creation.
pub(crate) async fn tokens(
    connection: &mut PgConnection,
    selection: &Selection,
    after: Option<(Timestamp, Uuid)>,
) -> Result<Vec<TokenLine>, StoreError> {
    require(connection, selection).await?;
    let (at, id) = after.unzip();
    let sql = format!(
        "{SELECT_TOKENS} WHERE {} AND ($2::timestamptz IS NULL OR (t.created_at, t.id) > ($2, $3::uuid))
         ORDER BY t.created_at, t.id LIMIT {PAGE}",
        condition(selection)
    );
    let rows = query(AssertSqlSafe(sql))
        .bind(selection.value())
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
    require(transaction, &mass.selection).await?;
    let sql = format!(
        "WITH RECURSIVE chosen (id) AS (
             SELECT t.id FROM tokens t WHERE {}
             UNION
             SELECT e.target_token_id FROM chosen c
             JOIN audit_events e ON e.action = 'token.created' AND e.actor_token_id = c.id WHERE $2
         )
         {SELECT_TOKENS} WHERE t.id IN (SELECT id FROM chosen) ORDER BY t.created_at, t.id",
        condition(&mass.selection)
    );
    let mut locked = 0;
    let all = loop {
        let rows = query(AssertSqlSafe(sql.clone()))
            .bind(mass.selection.value())
            .bind(mass.descendants)
            .fetch_all(&mut **transaction)
            .await?;
        let all: Vec<TokenLine> = rows.iter().map(token_line).collect::<Result<_, _>>()?;
        if all.len() == locked {
            break all;
        }
        locked = all.len();
        let jtis: Vec<Uuid> = all.iter().map(|token| token.jti).collect();
        query("SELECT lock_tokens($1, '{}')")
            .bind(jtis)
            .execute(&mut **transaction)
            .await?;
    };
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
