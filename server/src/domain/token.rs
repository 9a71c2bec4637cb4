//! The format of a token: `dz_` and a JWT (RFC 7519) signed with HS256. Its `kid` names the key, and the blacklist holds its `jti`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, decode_header, encode};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

use super::claims::{Claims, SignedClaims};
use super::keys::{KeyRing, VerifyingKey, header};
use crate::store::TokenDigest;
use crate::timestamp::Timestamp;

/// The prefix of every token, by which people and secret scanners recognise one.
const PREFIX: &str = "dz_";

/// The longest token that is verified, in bytes. Ours have about 400.
const MAX_BYTES: usize = 2048;

/// How much of its claims a token's record shows, in characters: up to the first group of the `jti`, with which they begin.
const SHOWN_OF_CLAIMS: usize = 22;

/// A new token: its text, which is shown once and never stored, and what is stored.
#[derive(Debug)]
pub(crate) struct Minted {
    /// The whole token.
    pub(crate) text: SecretString,
    /// Its SHA-256.
    pub(crate) digest: TokenDigest,
    /// The beginning, up to where it differs from others, by which people recognise it.
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
    // Header and `jti` are not secret: the header is the same for all tokens of a key, and the record shows the `jti`.
    let claims = text.find('.').map_or(0, |dot| dot + 1);
    let shown_prefix = text.chars().take(claims + SHOWN_OF_CLAIMS).collect();
    Ok(Minted {
        text: SecretString::from(text),
        digest,
        shown_prefix,
    })
}

/// Returns the claims and the digest of a token that one of our keys signed and that has not expired.
///
/// The reason of a refusal is not returned: the caller must not learn it, and a log entry would not be worth the risk. Whether
/// the token exists and is not revoked is checked in the store.
pub(crate) fn verify(
    keys: &KeyRing,
    token: &SecretString,
    now: Timestamp,
) -> Option<(Claims, TokenDigest)> {
    let text = token.expose_secret();
    if text.len() > MAX_BYTES {
        return None;
    }
    let claims = genuine(keys, text)?;
    // "On or after which" it is refused (RFC 7519, section 4.1.4).
    (now.as_seconds() < claims.exp).then(|| (claims, TokenDigest::of(text)))
}

/// Returns the claims of a token that one of our keys signed.
///
/// The parts are read once: `jsonwebtoken` reads the header twice and the claims twice, and prepares the key again for each
/// token, which took ten times as long.
fn genuine(keys: &KeyRing, text: &str) -> Option<Claims> {
    let jwt = text.strip_prefix(PREFIX)?;
    // A further dot is in one of the parts, where base64url has none.
    let (message, signature) = jwt.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;

    let key = verifying(keys, header, jwt)?;
    // Of any length: the comparison checks it.
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    // ring compares in constant time.
    hmac::verify(&key.key, message.as_bytes(), &signature).ok()?;

    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    let claims: SignedClaims = serde_json::from_slice(&claims).ok()?;
    // Our tokens name no audience; a token with one is for another service (RFC 7519, section 4.1.3).
    claims.aud.is_none().then(|| claims.into())
}

/// Finds the key for a token with this header. Nearly every header is byte for byte one that this program writes; any other is
/// parsed, and has to name HS256 and a key of ours (RFC 8725, section 3.1).
fn verifying<'a>(keys: &'a KeyRing, header: &str, jwt: &str) -> Option<&'a VerifyingKey> {
    let ours = keys.all_verifying().find(|key| key.header == header);
    ours.or_else(|| {
        let header = decode_header(jwt).ok()?;
        match header.alg {
            Algorithm::HS256 => keys.verifying(&header.kid?),
            // Every other algorithm.
            _ => None,
        }
    })
}
