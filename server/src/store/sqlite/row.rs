//! Rows as the types of the store, and the reads that return one.

use rusqlite::{Connection, Row};
use uuid::Uuid;

use super::super::digest::TokenDigest;
use super::super::error::StoreError;
use super::super::records::{CallerToken, Member, Revocation, Target, TargetKey, TokenRecord};
use super::super::role::Role;
use crate::timestamp::Timestamp;

/// Tokens with their revocations, for [`token_record`].
pub(super) const SELECT_TOKENS: &str =
    "SELECT t.id, t.jti, t.name, t.description, t.token_prefix, t.created_at, t.expires_at, t.last_used_at,
     r.revoked_at, r.revoked_by, r.reason
     FROM tokens t LEFT JOIN revocations r ON r.jti = t.jti";

/// What never changes of the token with this id in this business, by its [`key`]. The index is named because the planner would take
/// the one of ids, and then the time would tell tokens of other businesses apart from those that do not exist.
const FIND_TARGET: &str = "SELECT jti, user_id, name FROM tokens INDEXED BY tokens_within_business
     WHERE substr(id, 1, 18) || substr(business_id, 1, 13) = ? AND id = ? AND business_id = ?";

/// The email and role of a user in a business.
const FIND_MEMBER: &str =
    "SELECT u.email, m.role FROM memberships m JOIN users u ON u.id = m.user_id
     WHERE m.business_id = ? AND m.user_id = ?";

/// What is needed of a caller's token. A user without the membership is not found: with SQLite's shell a membership can be deleted
/// in spite of the user's tokens.
const CALLER_TOKEN: &str =
    "SELECT t.id, t.user_id, t.business_id, t.token_sha256, t.expires_at, t.last_used_at, r.jti IS NOT NULL
     FROM tokens t
     JOIN users u ON u.id = t.user_id
     JOIN memberships m ON m.business_id = t.business_id AND m.user_id = t.user_id
     LEFT JOIN revocations r ON r.jti = t.jti
     WHERE t.jti = ?";

/// Reads the token with this `jti` in one statement, so that all of it is of one snapshot.
pub(super) fn caller_token(
    connection: &Connection,
    jti: Uuid,
) -> Result<Option<CallerToken>, StoreError> {
    let mut buffer = Uuid::encode_buffer();
    let jti: &str = jti.hyphenated().encode_lower(&mut buffer);
    let mut statement = connection.prepare_cached(CALLER_TOKEN)?;
    let mut rows = statement.query([jti])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    Ok(Some(CallerToken {
        token_id: uuid(row, 0)?,
        user_id: uuid(row, 1)?,
        business_id: uuid(row, 2)?,
        digest: TokenDigest::from_stored(
            row.get_ref(3)?.as_bytes().map_err(rusqlite::Error::from)?,
        )
        .ok_or_else(|| {
            StoreError::Inconsistent("a token's digest is not 32 bytes long".to_owned())
        })?,
        expires_at: Timestamp::from_micros(row.get(4)?),
        last_used_at: optional_instant(row, 5)?,
        revoked: row.get(6)?,
    }))
}

/// Finds the token that a request is about. The asker is only looked up for a token that exists.
pub(super) fn find_target(
    connection: &Connection,
    target: TargetKey,
) -> Result<Option<Target>, StoreError> {
    let TargetKey {
        business_id,
        id,
        asker,
    } = target;
    let mut buffers = [Uuid::encode_buffer(); 3];
    let [first, second, third] = &mut buffers;
    let business: &str = business_id.hyphenated().encode_lower(first);
    let mut tokens = connection.prepare_cached(FIND_TARGET)?;
    let token: &str = id.hyphenated().encode_lower(second);
    let mut rows = tokens.query([&key(token, business), token, business])?;
    let Some(token) = rows.next()? else {
        return Ok(None);
    };
    let mut members = connection.prepare_cached(FIND_MEMBER)?;
    let mut rows = members.query([business, asker.hyphenated().encode_lower(third)])?;
    let Some(member) = rows.next()? else {
        return Ok(None);
    };
    Ok(Some(Target {
        id,
        jti: uuid(token, 0)?,
        owner: uuid(token, 1)?,
        name: token.get(2)?,
        asker: Member {
            user_id: asker,
            email: member.get(0)?,
            role: role(member, 1)?,
        },
    }))
}

/// Builds the expression that the index `tokens_within_business` has of a token.
fn key(id: &str, business: &str) -> String {
    [&id[..18], &business[..13]].concat()
}

/// Reads a row of [`SELECT_TOKENS`].
pub(super) fn token_record(row: &Row<'_>) -> Result<TokenRecord, StoreError> {
    let revocation = match optional_instant(row, 8)? {
        Some(revoked_at) => Some(Revocation {
            revoked_at,
            revoked_by: row.get(9)?,
            reason: row.get(10)?,
        }),
        None => None,
    };
    Ok(TokenRecord {
        id: uuid(row, 0)?,
        jti: uuid(row, 1)?,
        name: row.get(2)?,
        description: row.get(3)?,
        shown_prefix: row.get(4)?,
        created_at: Timestamp::from_micros(row.get(5)?),
        expires_at: Timestamp::from_micros(row.get(6)?),
        last_used_at: optional_instant(row, 7)?,
        revocation,
    })
}

/// Reads a UUID that is stored as text.
pub(super) fn uuid(row: &Row<'_>, column: usize) -> Result<Uuid, StoreError> {
    optional_uuid(row, column)?
        .ok_or_else(|| StoreError::Inconsistent(format!("column {column} is null and not a UUID")))
}

/// Reads a UUID that is stored as text, or null.
pub(super) fn optional_uuid(row: &Row<'_>, column: usize) -> Result<Option<Uuid>, StoreError> {
    row.get_ref(column)?
        .as_str_or_null()
        .map_err(rusqlite::Error::from)?
        .map(|text| {
            Uuid::try_parse(text)
                .map_err(|_| StoreError::Inconsistent(format!("column {column} is not a UUID")))
        })
        .transpose()
}

/// Reads a role that is stored by its name.
pub(super) fn role(row: &Row<'_>, column: usize) -> Result<Role, StoreError> {
    let name = row
        .get_ref(column)?
        .as_str()
        .map_err(rusqlite::Error::from)?;
    Role::from_name(name)
        .ok_or_else(|| StoreError::Inconsistent(format!("there is no role {name:?}")))
}

/// Reads an instant, or null.
pub(super) fn optional_instant(
    row: &Row<'_>,
    column: usize,
) -> Result<Option<Timestamp>, StoreError> {
    Ok(row
        .get::<_, Option<i64>>(column)?
        .map(Timestamp::from_micros))
}

#[cfg(test)]
mod tests {
    use super::super::SqliteFile;
    use super::super::schema;
    use super::*;

    /// A query without the index's expression goes through the whole index, and answers the same.
    #[tokio::test]
    async fn token_is_looked_up_in_its_index_rather_than_sought_through_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = SqliteFile::new(folder.path().join("tokens.db"));
        let connection = file.connect().await.unwrap();
        schema::migrate(&file).await.unwrap();
        let plan: String = connection
            .query_row(
                &format!("EXPLAIN QUERY PLAN {FIND_TARGET}"),
                ["", "", ""],
                |row| row.get("detail"),
            )
            .unwrap();
        assert_eq!(
            plan,
            "SEARCH tokens USING INDEX tokens_within_business (<expr>=?)"
        );
    }
}
