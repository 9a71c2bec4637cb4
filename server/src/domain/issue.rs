//! Minting a token and storing its record, for the API and for `server bootstrap`.

use std::time::Duration;

use uuid::Uuid;

use super::claims::Claims;
use super::keys::KeyRing;
use super::token::{Minted, mint};
use crate::store::{Author, NewToken, Store, StoreError, TokenRecord};
use crate::timestamp::Timestamp;

/// The token that is to be issued.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) business_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// How long it is valid, in whole seconds.
    pub(crate) lifetime: Duration,
    /// The most active tokens that the user may have with this one, or no limit.
    pub(crate) max_active: Option<u32>,
    pub(crate) by: Author,
}

/// Why a token could not be issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Signing failed.
    #[error("the token could not be signed: {0}")]
    Signing(#[from] jsonwebtoken::errors::Error),
}

/// Mints a token and stores its record. Returns `None` when the user has `max_active` tokens already.
///
/// # Errors
///
/// [`IssueError`]; then nothing was stored.
pub(crate) async fn issue(
    store: &Store,
    keys: &KeyRing,
    order: Order,
) -> Result<Option<(Minted, TokenRecord)>, IssueError> {
    let created_at = Timestamp::now();
    let expires_at = created_at.expiry_after(order.lifetime);
    let claims = Claims {
        jti: Uuid::new_v4(),
        sub: order.user_id,
        business: order.business_id,
        iat: created_at.as_seconds(),
        exp: expires_at.as_seconds(),
    };
    let minted = mint(keys, &claims)?;
    let token = NewToken {
        id: Uuid::new_v4(),
        jti: claims.jti,
        business_id: order.business_id,
        user_id: order.user_id,
        name: order.name,
        description: order.description,
        shown_prefix: minted.shown_prefix.clone(),
        digest: minted.digest,
        created_at,
        expires_at,
    };
    Ok(store
        .add_token(token, order.max_active, order.by)
        .await?
        .map(|record| (minted, record)))
}
