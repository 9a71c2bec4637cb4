//! The token that a request was authenticated with, looked up again when its body has come.

use uuid::Uuid;

use crate::error::ApiError;
use crate::state::AppState;
use crate::store::{Found, WantedToken};
use crate::telemetry::metrics::METRICS;
use crate::timestamp::Timestamp;

/// The token that a request was authenticated with, for whoever reads the request's body.
///
/// A [`Caller`] is made of the head of a request, and the client says when the body comes: a token that is revoked between the
/// two must not get anything done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Credential {
    pub(crate) jti: Uuid,
    pub(crate) wanted: Option<WantedToken>,
}

impl Credential {
    /// The token that the request wants something done with, as it is now, if the one that it came with is still good.
    ///
    /// # Errors
    ///
    /// [`ApiError::NotAuthenticated`] when it no longer is.
    pub(crate) async fn confirm(self, state: &AppState) -> Result<Option<Found>, ApiError> {
        let known = state.store().authentication(self.jti, self.wanted).await?;
        match known {
            Some(known) if known.token.is_active(Timestamp::now()) => Ok(known.wanted),
            Some(_) | None => {
                METRICS.authenticated(false);
                Err(ApiError::NotAuthenticated { token_sent: true })
            }
        }
    }
}
