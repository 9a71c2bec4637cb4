//! The lock of the token on whose behalf something is written.
//!
//! A revocation takes a lock of its token that conflicts with this one (`lock_tokens` in the schema). So a write is committed
//! before the revocation of its caller's token, or it sees that revocation and is refused.

use sqlx::postgres::PgConnection;

use super::super::audit::Actor;
use super::super::error::StoreError;

/// Locks the actor's token against its revocation until the end of the transaction, and makes that commit durable.
///
/// # Errors
///
/// [`StoreError::CallerRevoked`] when the token is revoked.
pub(super) async fn require_active(
    connection: &mut PgConnection,
    actor: &Actor,
) -> Result<(), StoreError> {
    let active = sqlx::query("SELECT 1 FROM lock_tokens('{}', ARRAY[$1::uuid])")
        .bind(actor.jti)
        .fetch_optional(connection)
        .await?;
    active.map(|_| ()).ok_or(StoreError::CallerRevoked)
}
