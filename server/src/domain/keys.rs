//! The key ring: the secrets that sign and verify tokens, kept in a file or in the environment.
//!
//! Both hold JSON: `{"active": KID, "keys": [{"kid": KID, "secret": BASE64URL}, …]}`. New tokens are signed with the active
//! key; a token names its key by `kid`, so that every key of the ring verifies. To rotate, add a key, make it active, and
//! remove the old one when the last token that it signed has expired, with a restart after each.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

mod error;
mod file;
mod verifying;

use super::hs256;
pub use error::KeyError;
pub(super) use verifying::{VerifyingKey, header};

/// The environment variable that may hold the ring itself. There is no flag for it, which every process could read, and no
/// key of the configuration file.
pub(crate) const VARIABLE: &str = "DZ_KEY_RING";

/// The form of a ring, as messages show it.
const FORM: &str =
    r#"{"active": KID, "keys": [{"kid": KID, "secret": 32 bytes or more in base64url}]}"#;

/// The shortest secret that is accepted, in bytes: as long as the digest (RFC 7518, section 3.2).
const SECRET_BYTES: usize = 32;

/// The longest name of a key, in bytes. Every token holds it, and must not become longer than what is accepted.
const MAX_KID_BYTES: usize = 128;

/// Where a key ring is kept.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// In this file.
    File(PathBuf),
    /// In the environment variable `DZ_KEY_RING`, whose value this is.
    Environment(SecretString),
}

impl fmt::Display for KeySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Environment(_) => formatter.write_str(VARIABLE),
        }
    }
}

/// Reads the value of `DZ_KEY_RING`. An empty value counts as set: an operator who sets the variable means it, and keys from
/// elsewhere would refuse every token.
pub(crate) fn from_environment() -> Option<SecretString> {
    // What is not UTF-8 is not JSON either, and is refused as such.
    std::env::var_os(VARIABLE).map(|value| SecretString::from(value.to_string_lossy().as_ref()))
}

/// The keys that sign and verify tokens. Its `Debug` shows no secret.
pub struct KeyRing {
    active: String,
    signing: EncodingKey,
    verifying: HashMap<String, VerifyingKey>,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeyRing")
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

/// What to do when there is no key file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMissing {
    /// Write a ring with one random key, with mode 0600: this is a first start.
    Create,
    /// Fail with [`KeyError::Lost`]: tokens exist. A new key would silently make all of them invalid, and the file is more likely
    /// to be misplaced than to have never existed.
    Lost,
    /// Fail with [`KeyError::Missing`]: replicas share the store, and must share a file that an operator makes for all of them.
    Missing,
}

impl KeyRing {
    /// Opens the key ring that is kept there. Only a file can be missing.
    ///
    /// # Errors
    ///
    /// [`KeyError`], whose message says what to do.
    pub fn open(source: &KeySource, if_missing: IfMissing) -> Result<Self, KeyError> {
        let path = match source {
            KeySource::File(path) => path,
            KeySource::Environment(text) => {
                return Self::parse(text, &format!("the environment variable {VARIABLE}"));
            }
        };
        let text = match file::read(path) {
            Err(KeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                let path = path.clone();
                match if_missing {
                    IfMissing::Create => {
                        file::create(&path, SECRET_BYTES)?;
                        file::read(&path)?
                    }
                    IfMissing::Lost => return Err(KeyError::Lost { path }),
                    IfMissing::Missing => return Err(KeyError::Missing { path }),
                }
            }
            result => result?,
        };
        Self::parse(&text, &format!("the key file {}", path.display()))
    }

    /// Parses the JSON of a ring, which was read from this place.
    fn parse(text: &SecretString, place: &str) -> Result<Self, KeyError> {
        let malformed = |problem: String| KeyError::Malformed {
            place: place.to_owned(),
            problem,
        };
        // The message of serde_json can quote what it found, which may be the secret: only the position is shown.
        let stored: StoredRing = serde_json::from_str(text.expose_secret()).map_err(|error| {
            malformed(format!(
                "it must have the form {FORM}, and has another at line {}, column {}",
                error.line(),
                error.column()
            ))
        })?;
        let mut signing = None;
        let mut verifying = HashMap::new();
        for StoredKey { kid, secret } in stored.keys {
            if kid.len() > MAX_KID_BYTES {
                // The name is not shown: so long a text may be the secret.
                return Err(malformed(format!(
                    "the name of a key (`kid`) has {} bytes, and every token repeats it: give one of at most {MAX_KID_BYTES}",
                    kid.len()
                )));
            }
            let secret = URL_SAFE_NO_PAD
                .decode(secret.expose_secret())
                .map_err(|_| {
                    malformed(format!(
                        "the secret of key {kid:?} is not base64url without padding"
                    ))
                })?;
            if secret.len() < SECRET_BYTES {
                return Err(malformed(format!(
                    "the secret of key {kid:?} is shorter than {SECRET_BYTES} bytes"
                )));
            }
            if kid == stored.active {
                signing = Some(EncodingKey::from_secret(&secret));
            }
            if verifying
                .insert(kid.clone(), VerifyingKey::new(&kid, &secret))
                .is_some()
            {
                return Err(malformed(format!("the key {kid:?} appears twice")));
            }
        }
        let signing = signing.ok_or_else(|| {
            malformed(format!(
                "its active key {:?} is not among its keys",
                stored.active
            ))
        })?;
        hs256::install();
        Ok(Self {
            active: stored.active,
            signing,
            verifying,
        })
    }

    /// Describes the ring without a secret: which key signs, and how many others verify.
    pub(crate) fn summary(&self) -> String {
        let others = self.verifying.len() - 1;
        format!("key {} signs, {others} more verify", self.active)
    }

    /// Returns the key that new tokens are signed with, and its `kid`.
    pub(crate) fn signing(&self) -> (&str, &EncodingKey) {
        (&self.active, &self.signing)
    }

    /// Returns the key that a token with this `kid` is verified with.
    pub(crate) fn verifying(&self, kid: &str) -> Option<&VerifyingKey> {
        self.verifying.get(kid)
    }

    /// Returns all keys that tokens are verified with.
    pub(crate) fn all_verifying(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.verifying.values()
    }
}

#[derive(Deserialize)]
struct StoredRing {
    active: String,
    keys: Vec<StoredKey>,
}

#[derive(Deserialize)]
struct StoredKey {
    kid: String,
    secret: SecretString,
}
