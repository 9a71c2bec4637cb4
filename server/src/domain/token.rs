//! The format of a token: `dz_` and a JWT (RFC 7519) signed with HS256, whose `kid` names the key and whose `jti` is what the
//! blacklist holds.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, decode_header, encode};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

use super::claims::{Claims, SignedClaims};
use super::keys::{KeyRing, VerifyingKey, header};
use crate::store::TokenDigest;
use crate::timestamp::Timestamp;

/// What every token begins with, so that people and secret scanners recognise one.
const PREFIX: &str = "dz_";

/// The longest token that is looked at, in bytes. Ours have about 400.
const MAX_BYTES: usize = 2048;

/// How much of its claims a token's record shows, in characters: up to the first group of the `jti`, which they begin with.
const SHOWN_OF_CLAIMS: usize = 22;

/// A new token: its text, which is shown once and never kept, and what is kept.
#[derive(Debug)]
pub(crate) struct Minted {
    /// The whole token.
    pub(crate) text: SecretString,
    /// Its SHA-256.
    pub(crate) digest: TokenDigest,
    /// How it begins, up to where it differs from others, by which people recognise it.
    pub(crate) shown_prefix: String,
}

/// Signs `claims` with the active key.
///
/// # Errors
///
/// Those of `jsonwebtoken`, which for HS256 and these claims has none.
pub(crate) fn mint(keys: &KeyRing, claims: &Claims) -> Result<Minted, jsonwebtoken::errors::Error> {
    let (kid, key) = keys.signing();
    let text = format!("{PREFIX}{}", encode(&header(kid), claims, key)?);
    let digest = TokenDigest::of(&text);
    // Header and `jti` are no secret: the one is the same for all tokens of a key, the other stands in the record.
    let claims = text.find('.').map_or(0, |dot| dot + 1);
    let shown_prefix = text.chars().take(claims + SHOWN_OF_CLAIMS).collect();
    Ok(Minted {
        text: SecretString::from(text),
        digest,
        shown_prefix,
    })
}

/// The claims and the digest of a token that one of our keys signed and that has not expired, or nothing.
///
/// Why a token is refused is not told: the caller learns nothing, and a log has no use for it that would outweigh the risk.
/// Whether the token is known and not revoked is for the store to say.
pub(crate) fn verify(
    keys: &KeyRing,
    token: &SecretString,
    now: Timestamp,
) -> Option<(Claims, TokenDigest)> {
    let text = token.expose_secret();
    if text.len() > MAX_BYTES {
        return None;
    }
    let digest = TokenDigest::of(text);
    let claims = match keys.verified().claims(&digest) {
        Some(claims) => claims,
        None => {
            let claims = genuine(keys, text)?;
            keys.verified().add(digest, claims);
            claims
        }
    };
    // "On or after which" it is refused (RFC 7519, section 4.1.4).
    (now.as_seconds() < claims.exp).then_some((claims, digest))
}

/// The claims of a token that one of our keys signed.
///
/// The parts are taken apart once: `jsonwebtoken` reads the header twice and the claims twice, and prepares the key anew for each
/// token, which took ten times as long.
fn genuine(keys: &KeyRing, text: &str) -> Option<Claims> {
    let jwt = text.strip_prefix(PREFIX)?;
    // A further dot is in one of the parts, where base64url has none.
    let (message, signature) = jwt.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;

    let key = verifying(keys, header, jwt)?;
    // Of whatever length: that it is the right one is for the comparison to find.
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    // ring compares in constant time.
    hmac::verify(&key.key, message.as_bytes(), &signature).ok()?;

    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    let claims: SignedClaims = serde_json::from_slice(&claims).ok()?;
    // Our tokens name no audience; one that does is for somebody else (RFC 7519, section 4.1.3).
    claims.aud.is_none().then(|| claims.into())
}

/// The key for a token with this header. Nearly every header is letter for letter one that this program writes, and known; any
/// other is read, and has to ask for HS256 with a key of ours (RFC 8725, section 3.1).
fn verifying<'a>(keys: &'a KeyRing, header: &str, jwt: &str) -> Option<&'a VerifyingKey> {
    let known = keys.all_verifying().find(|key| key.header == header);
    known.or_else(|| {
        let header = decode_header(jwt).ok()?;
        match header.alg {
            Algorithm::HS256 => keys.verifying(&header.kid?),
            // The enum is of algorithms that are not ours.
            _ => None,
        }
    })
}
