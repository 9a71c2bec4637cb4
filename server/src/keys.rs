//! The key ring: the secrets that sign and verify tokens, and the file that they are kept in.
//!
//! The file is JSON: `{"active": KID, "keys": [{"kid": KID, "secret": BASE64URL}, …]}`. New tokens are signed with the active
//! key; a token names its key by `kid`, so that every key of the file verifies. To rotate, add a key, make it active, restart,
//! and remove the old one when the last token that it signed has expired.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, EncodingKey};
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The shortest secret that is accepted, in bytes: as long as the digest (RFC 7518, section 3.2).
const SECRET_BYTES: usize = 32;

/// Why a key ring could not be had. No message holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("cannot {action} the key file {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The key file.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// Others than its owner may read or write the file.
    #[error(
        "the key file {path} has mode {mode:04o}: others than its owner may use it. Run `chmod 600 {path}`"
    )]
    Exposed {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file is no key ring.
    #[error("the key file {path} is no key ring: {problem}")]
    Malformed {
        /// The key file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// There are tokens, and the keys that signed them are gone.
    #[error(
        "the key file {path} does not exist, but the database holds tokens that only its keys can verify. \
         Restore the file, or name the right one with --keys"
    )]
    Lost {
        /// The key file.
        path: PathBuf,
    },
    /// There is no file, and one made here would not be the other replicas'.
    #[error(
        "the key file {path} does not exist. Replicas on PostgreSQL must all have the same one: `server bootstrap` creates it \
         once; copy it to where --keys names it"
    )]
    Missing {
        /// The key file.
        path: PathBuf,
    },
    /// No file was named, and there is no usual place for one.
    #[error(
        "name the key file with --keys: PostgreSQL has no place beside it, and replicas must all have the same one"
    )]
    Unnamed,
    /// The system gave no random numbers.
    #[error("the system's random number generator failed, so that no key can be made")]
    Random,
}

/// The keys that sign and verify tokens. Its `Debug` shows no secret.
pub struct KeyRing {
    active: String,
    signing: EncodingKey,
    verifying: HashMap<String, DecodingKey>,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("KeyRing")
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

/// What to do when there is no key file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMissing {
    /// This is a first start: a ring with one random key is written with mode 0600.
    Create,
    /// Tokens exist. A new key would silently make all of them invalid, and the file is more likely to be misplaced than to
    /// have never existed.
    Lost,
    /// Replicas share the store, and must share a file that somebody makes for all of them.
    Missing,
}

impl KeyRing {
    /// The key ring in the file at `path`.
    ///
    /// # Errors
    ///
    /// [`KeyError`], whose message says what to do.
    pub fn open(path: &Path, if_missing: IfMissing) -> Result<Self, KeyError> {
        match read(path) {
            Err(KeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                let path = path.to_owned();
                match if_missing {
                    IfMissing::Create => {
                        create(&path)?;
                        read(&path)
                    }
                    IfMissing::Lost => Err(KeyError::Lost { path }),
                    IfMissing::Missing => Err(KeyError::Missing { path }),
                }
            }
            result => result,
        }
    }

    /// What is in it, without a secret: which key signs, and how many others verify.
    pub(crate) fn summary(&self) -> String {
        let others = self.verifying.len() - 1;
        format!("key {} signs, {others} more verify", self.active)
    }

    /// The key that new tokens are signed with, and its `kid`.
    pub(crate) fn signing(&self) -> (&str, &EncodingKey) {
        (&self.active, &self.signing)
    }

    /// The key that a token with this `kid` is verified with.
    pub(crate) fn verifying(&self, kid: &str) -> Option<&DecodingKey> {
        self.verifying.get(kid)
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

fn read(path: &Path) -> Result<KeyRing, KeyError> {
    let io = |source| KeyError::Io {
        action: "read",
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(io)?;
    let mode = file.metadata().map_err(io)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed {
            path: path.to_owned(),
            mode,
        });
    }

    let malformed = |problem: String| KeyError::Malformed {
        path: path.to_owned(),
        problem,
    };
    let text = SecretString::from(io::read_to_string(file).map_err(io)?);
    // The message of serde_json can quote what it found, which may be the secret: only the place is told.
    let stored: StoredRing = serde_json::from_str(text.expose_secret()).map_err(|error| {
        malformed(format!(
            "it is not of the documented form at line {}, column {}",
            error.line(),
            error.column()
        ))
    })?;

    let mut signing = None;
    let mut verifying = HashMap::new();
    for StoredKey { kid, secret } in stored.keys {
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
            .insert(kid.clone(), DecodingKey::from_secret(&secret))
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
    Ok(KeyRing {
        active: stored.active,
        signing,
        verifying,
    })
}

/// Writes a ring with one new key, or leaves what another process has written there at the same moment.
fn create(path: &Path) -> Result<(), KeyError> {
    #[derive(Serialize)]
    struct NewRing<'a> {
        active: &'a str,
        keys: [NewKey<'a>; 1],
    }
    #[derive(Serialize)]
    struct NewKey<'a> {
        kid: &'a str,
        secret: &'a str,
    }

    let mut secret = [0; SECRET_BYTES];
    SystemRandom::new()
        .fill(&mut secret)
        .map_err(|_| KeyError::Random)?;
    let secret = SecretString::from(URL_SAFE_NO_PAD.encode(secret));
    let kid = Uuid::new_v4().simple().to_string();
    let ring = NewRing {
        active: &kid[..8],
        keys: [NewKey {
            kid: &kid[..8],
            secret: secret.expose_secret(),
        }],
    };
    let json = serde_json::to_vec_pretty(&ring).expect("strings serialise");

    // Written beside and then linked into place: whoever finds the file finds it whole, and a link never replaces a ring that
    // another process put there first.
    let beside = path.with_added_extension(format!("{kid}.new"));
    let written = write_durably(&beside, &json).and_then(|()| match fs::hard_link(&beside, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let _ = fs::remove_file(&beside);
    written
        .and_then(|()| sync_directory_of(path))
        .map_err(|source| KeyError::Io {
            action: "create",
            path: path.to_owned(),
            source,
        })
}

fn write_durably(path: &Path, contents: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(contents)?;
    file.sync_all()
}

fn sync_directory_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => File::open(directory)?.sync_all(),
        Some(_) | None => File::open(".")?.sync_all(),
    }
}
