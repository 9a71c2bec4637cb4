//! Tokens whose signature a key of ours was found to have made.
//!
//! That it did never changes, and finding it out takes a twentieth of a request. Whether the token has expired or is revoked is not
//! kept here.

use std::collections::HashMap;

use parking_lot::RwLock;

use super::super::claims::Claims;
use crate::store::TokenDigest;

/// The most tokens, of some 150 bytes each.
const MOST: usize = 16_384;

/// What genuine tokens say about themselves, by their digest: what has the same SHA-256 is the same token.
#[derive(Default)]
pub(crate) struct Verified(RwLock<HashMap<[u8; 32], Claims>>);

impl Verified {
    /// The claims of the token with this digest, if it was here before.
    pub(in crate::domain) fn claims(&self, digest: &TokenDigest) -> Option<Claims> {
        self.0.read().get(digest.as_bytes()).copied()
    }

    /// Takes note of a token whose signature is good.
    pub(in crate::domain) fn add(&self, digest: TokenDigest, claims: Claims) {
        let mut verified = self.0.write();
        if verified.len() >= MOST {
            verified.clear();
        }
        verified.insert(*digest.as_bytes(), claims);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn however_many_tokens_come_it_holds_no_more_than_the_most() {
        let verified = Verified::default();
        let id = Uuid::nil();
        let claims = Claims {
            jti: id,
            sub: id,
            business: id,
            iat: 0,
            exp: 0,
        };
        for number in 0..=MOST {
            let digest = TokenDigest::of(&number.to_string());
            verified.add(digest, claims);
            assert!(verified.claims(&digest).is_some());
            assert!(verified.0.read().len() <= MOST);
        }
    }
}
