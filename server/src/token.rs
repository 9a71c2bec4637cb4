//! The format of a token: `dz_` and a JWT (RFC 7519) signed with HS256, whose `kid` names the key and whose `jti` is what the
//! blacklist holds.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, Header, decode_header, encode};
use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::keys::KeyRing;
use crate::timestamp::Timestamp;

mod verified;

pub(crate) use verified::Verified;

/// What every token begins with, so that people and secret scanners recognise one.
const PREFIX: &str = "dz_";

/// The longest token that is looked at, in bytes. Ours have about 400.
const MAX_BYTES: usize = 2048;

/// How much of its claims a token's record shows, in characters: up to the first group of the `jti`, which they begin with.
const SHOWN_OF_CLAIMS: usize = 22;

/// What a token says about itself. Its names are those of RFC 7519, section 4.1, and `business`.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Claims {
    /// The name of this token; the blacklist's key.
    pub(crate) jti: Uuid,
    /// The user whom the token belongs to.
    pub(crate) sub: Uuid,
    /// The business in which the token is valid.
    pub(crate) business: Uuid,
    /// When it was issued, in seconds since the epoch.
    pub(crate) iat: i64,
    /// From when on it is refused, in seconds since the epoch.
    pub(crate) exp: i64,
}

/// The SHA-256 of a whole token, prefix included: all that the store keeps of it.
#[derive(Clone, Copy)]
pub(crate) struct TokenDigest([u8; 32]);

impl TokenDigest {
    fn of(token: &str) -> Self {
        let mut bytes = [0; SHA256_OUTPUT_LEN];
        bytes.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        Self(bytes)
    }

    /// The digest that the store keeps, when it has the right length.
    pub(crate) fn from_stored(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether two digests are equal, in a time that does not depend on where they differ.
    pub(crate) fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl std::fmt::Debug for TokenDigest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("TokenDigest([redacted])")
    }
}

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

/// A key that tokens are verified with.
pub(crate) struct VerifyingKey {
    /// HMAC's inner and outer state after the key, computed once.
    key: hmac::Key,
    /// The first part of every token that this program signs with it.
    header: String,
}

impl VerifyingKey {
    /// The key with this name and secret.
    pub(crate) fn new(kid: &str, secret: &[u8]) -> Self {
        let header = serde_json::to_vec(&header(kid)).expect("a header of strings serialises");
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, secret),
            header: URL_SAFE_NO_PAD.encode(header),
        }
    }
}

/// The header (RFC 7515, section 4) of the tokens that the key of this name signs.
fn header(kid: &str) -> Header {
    Header {
        kid: Some(kid.to_owned()),
        ..Header::new(Algorithm::HS256)
    }
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

/// [`Claims`] as they stand in a token.
#[derive(Deserialize)]
struct SignedClaims {
    jti: Uuid,
    sub: Uuid,
    business: Uuid,
    iat: i64,
    exp: i64,
    aud: Option<IgnoredAny>,
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
