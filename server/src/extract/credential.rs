//! The token that a request was authenticated with, to be checked again after the body arrived.

use uuid::Uuid;

use crate::error::ApiError;
use crate::state::AppState;
use crate::store::{Target, TargetKey};
use crate::telemetry::metrics::METRICS;
use crate::timestamp::Timestamp;

/// The token that a request was authenticated with, and the token that it targets.
///
/// A `Caller` is made from the head of a request, and the client chooses when to send the body. A token
/// that is revoked between the two must have no effect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Credential {
    pub(crate) jti: Uuid,
    pub(crate) target: Option<TargetKey>,
}

impl Credential {
    /// Checks that the token is still active, and reads the targeted token again.
    ///
    /// # Errors
    ///
    /// [`ApiError::NotAuthenticated`] when the token is not active any more; [`ApiError::Unavailable`] or
    /// [`ApiError::Internal`] when the store fails.
    pub(crate) async fn confirm(self, state: &AppState) -> Result<Option<Target>, ApiError> {
        let found = state.store().authentication(self.jti, self.target).await?;
        match found {
            Some(found) if found.token.is_active(Timestamp::now()) => Ok(found.target),
            Some(_) | None => {
                METRICS.authenticated(false);
                Err(ApiError::NotAuthenticated { token_sent: true })
            }
        }
    }
}
