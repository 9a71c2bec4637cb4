//! A key that tokens are verified with, and the header that names it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, Header};
use ring::hmac;

/// A key that tokens are verified with.
pub(crate) struct VerifyingKey {
    /// HMAC's inner and outer state after the key, computed once.
    pub(in crate::domain) key: hmac::Key,
    /// The first part of every token that this program signs with it.
    pub(in crate::domain) header: String,
}

impl VerifyingKey {
    /// Builds the key with this name and secret.
    pub(super) fn new(kid: &str, secret: &[u8]) -> Self {
        let header = serde_json::to_vec(&header(kid)).expect("a header of strings serialises");
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, secret),
            header: URL_SAFE_NO_PAD.encode(header),
        }
    }
}

/// Builds the header (RFC 7515, section 4) of the tokens that the key of this name signs.
pub(in crate::domain) fn header(kid: &str) -> Header {
    Header {
        kid: Some(kid.to_owned()),
        ..Header::new(Algorithm::HS256)
    }
}
