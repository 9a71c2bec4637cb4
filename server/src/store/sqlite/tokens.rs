//! The tokens that an operator selects: their listing and their revocation.

use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::super::administration::{LINES, Mass, MassRevoked, REVOKED_BY, Selection, TokenLine};
use super::super::error::StoreError;
use super::super::records::Revocation;
use super::find::find;
use super::row::{optional_instant, optional_uuid, uuid};
use super::trail;
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

/// Returns the condition on a token `t` that it is selected, by the id that [`find`] returns.
fn condition(selection: &Selection) -> &'static str {
    match selection {
        Selection::Token(_) => "(t.id = ?1 OR t.jti = ?1)",
        Selection::User(_) => "t.user_id = ?1",
        Selection::Business(_) => "t.business_id = ?1",
    }
}

/// Reads a page of the selected tokens after this one, in the order of their creation.
pub(crate) fn tokens(
    connection: &Connection,
    selection: &Selection,
    after: Option<(Timestamp, Uuid)>,
) -> Result<Vec<TokenLine>, StoreError> {
    let selected = find(connection, selection)?;
    let (at, id) = after.map_or((i64::MIN, String::new()), |(at, id)| {
        (at.as_micros(), id.to_string())
    });
    let page = format!(
        "SELECT * FROM tokens t WHERE {} AND (t.created_at, t.id) > (?2, ?3) ORDER BY t.created_at, t.id LIMIT {LINES}",
        condition(selection)
    );
    token_lines(connection, &lines_of(&page), params![selected, at, id])
}

fn token_lines(
    connection: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<TokenLine>, StoreError> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(parameters)?;
    let mut tokens = Vec::new();
    while let Some(row) = rows.next()? {
        tokens.push(token_line(row)?);
    }
    Ok(tokens)
}

fn token_line(row: &Row<'_>) -> Result<TokenLine, StoreError> {
    let revocation = match optional_instant(row, 11)? {
        Some(revoked_at) => Some(Revocation {
            revoked_at,
            revoked_by: row.get(12)?,
            reason: row.get(13)?,
        }),
        None => None,
    };
    Ok(TokenLine {
        id: uuid(row, 0)?,
        jti: uuid(row, 1)?,
        name: row.get(2)?,
        user_id: uuid(row, 3)?,
        email: row.get(4)?,
        business_id: uuid(row, 5)?,
        created_at: Timestamp::from_micros(row.get(6)?),
        expires_at: Timestamp::from_micros(row.get(7)?),
        last_used_at: optional_instant(row, 8)?,
        minted_by: optional_uuid(row, 9)?,
        operator: row.get(10)?,
        revocation,
    })
}

/// Revokes all selected tokens. While this runs, none of them mints another: the transaction has the write lock.
pub(crate) fn revoke_all(connection: &Connection, mass: &Mass) -> Result<MassRevoked, StoreError> {
    let selected = find(connection, &mass.selection)?;
    let chosen = format!(
        "WITH RECURSIVE chosen (id) AS (
             SELECT t.id FROM tokens t WHERE {}
             UNION
             SELECT e.target_token_id FROM chosen c
             JOIN audit_events e ON e.action = 'token.created' AND e.actor_token_id = c.id WHERE ?2
         )
         SELECT * FROM tokens WHERE id IN (SELECT id FROM chosen)",
        condition(&mass.selection)
    );
    let parameters = params![selected, mass.descendants];
    let all = token_lines(connection, &lines_of(&chosen), parameters)?;
    let (already, first): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|token| token.revocation.is_some());
    let now = Timestamp::now();
    let mut insert = connection.prepare_cached(
        "INSERT INTO revocations (jti, revoked_at, revoked_by, reason) VALUES (?, ?, ?, ?)",
    )?;
    for token in &first {
        insert.execute(params![
            token.jti.to_string(),
            now.as_micros(),
            REVOKED_BY,
            mass.reason
        ])?;
        trail::record(connection, &mass.event(token), now)?;
    }
    Ok(MassRevoked {
        first,
        already: already.len(),
    })
}
