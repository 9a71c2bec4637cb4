//! What a token says about itself.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a token says about itself. Its names are those of RFC 7519, section 4.1, and `business`.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Claims {
    /// The name of this token; the blacklist's key.
    pub(crate) jti: Uuid,
    /// The user that the token belongs to.
    pub(crate) sub: Uuid,
    /// The business in which the token is valid.
    pub(crate) business: Uuid,
    /// When it was issued, in seconds since the epoch.
    pub(crate) iat: i64,
    /// From when on it is refused, in seconds since the epoch.
    pub(crate) exp: i64,
}

/// [`Claims`] as they are read from a token.
#[derive(Deserialize)]
pub(super) struct SignedClaims {
    jti: Uuid,
    sub: Uuid,
    business: Uuid,
    iat: i64,
    exp: i64,
    pub(super) aud: Option<IgnoredAny>,
}

impl From<SignedClaims> for Claims {
    fn from(claims: SignedClaims) -> Self {
        let SignedClaims {
            jti,
            sub,
            business,
            iat,
            exp,
            aud: _,
        } = claims;
        Self {
            jti,
            sub,
            business,
            iat,
            exp,
        }
    }
}
