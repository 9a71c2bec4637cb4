//! Lookups of what operators name on the command line.

use sqlx::postgres::PgConnection;
use sqlx::{query, query_scalar};
use uuid::Uuid;

use super::super::administration::Selection;
use super::super::error::StoreError;

/// Returns the id of what is selected, with or without tokens.
pub(super) async fn find(
    connection: &mut PgConnection,
    selection: &Selection,
) -> Result<Uuid, StoreError> {
    match selection {
        Selection::Token(id) => {
            let found = query("SELECT 1 FROM tokens WHERE id = $1 OR jti = $1").bind(id);
            let found = found.fetch_optional(connection).await?;
            found.map(|_| *id).ok_or_else(|| selection.missing())
        }
        Selection::User(email) => find_user(connection, email).await,
        Selection::Business(business) => find_business(connection, business).await,
    }
}

/// Returns the business with this id or name.
pub(super) async fn find_business(
    connection: &mut PgConnection,
    business: &str,
) -> Result<Uuid, StoreError> {
    let found = query_scalar("SELECT id FROM businesses WHERE id::text = lower($1) OR name = $1")
        .bind(business)
        .fetch_optional(connection)
        .await?;
    found.ok_or_else(|| Selection::Business(business.to_owned()).missing())
}

/// Returns the user with this email.
pub(super) async fn find_user(
    connection: &mut PgConnection,
    email: &str,
) -> Result<Uuid, StoreError> {
    let found = query_scalar("SELECT id FROM users WHERE lower(email) = lower($1)")
        .bind(email)
        .fetch_optional(connection)
        .await?;
    found.ok_or_else(|| Selection::User(email.to_owned()).missing())
}
