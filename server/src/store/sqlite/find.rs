//! Lookups of what operators name on the command line.

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use super::super::administration::Selection;
use super::super::error::StoreError;
use super::row::uuid;

/// Returns the id of what is selected, with or without tokens.
pub(super) fn find(connection: &Connection, selection: &Selection) -> Result<String, StoreError> {
    let id = match selection {
        Selection::Token(id) => {
            let found = connection
                .prepare("SELECT 1 FROM tokens WHERE id = ?1 OR jti = ?1")?
                .exists([id.to_string()])?;
            if !found {
                return Err(selection.missing());
            }
            *id
        }
        Selection::User(email) => find_user(connection, email)?,
        Selection::Business(business) => find_business(connection, business)?,
    };
    Ok(id.to_string())
}

/// Returns the business with this id or name.
pub(super) fn find_business(connection: &Connection, business: &str) -> Result<Uuid, StoreError> {
    let sql = "SELECT id FROM businesses WHERE id = lower(?1) OR name = ?1";
    let found = connection.query_row(sql, [business], |row| Ok(uuid(row, 0)));
    let missing = || Selection::Business(business.to_owned()).missing();
    found.optional()?.ok_or_else(missing)?
}

/// Returns the user with this email.
pub(super) fn find_user(connection: &Connection, email: &str) -> Result<Uuid, StoreError> {
    let missing = || Selection::User(email.to_owned()).missing();
    user_with(connection, email)?.ok_or_else(missing)
}

/// Returns the user with this email, in whatever case it is written. SQLite itself knows the cases of ASCII alone.
pub(super) fn user_with(connection: &Connection, email: &str) -> Result<Option<Uuid>, StoreError> {
    let sql = "SELECT id FROM users WHERE email = ?";
    let found = connection.query_row(sql, [email], |row| Ok(uuid(row, 0)));
    if let Some(user) = found.optional()? {
        return user.map(Some);
    }
    if email.is_ascii() {
        return Ok(None);
    }
    let wanted = email.to_lowercase();
    let mut statement = connection.prepare("SELECT id, email FROM users")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if row.get::<_, String>(1)?.to_lowercase() == wanted {
            return uuid(row, 0).map(Some);
        }
    }
    Ok(None)
}
