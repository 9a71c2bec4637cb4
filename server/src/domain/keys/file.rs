//! The file of a key ring: read if only its owner may use it, created completely or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use uuid::Uuid;

use super::error::KeyError;

/// Reads the file at `path`, which only its owner may use.
///
/// # Errors
///
/// [`KeyError::Io`] or [`KeyError::Exposed`].
pub(super) fn read(path: &Path) -> Result<SecretString, KeyError> {
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
    Ok(SecretString::from(io::read_to_string(file).map_err(io)?))
}

/// Writes a ring with one new key, unless another process has written one at the same time.
///
/// # Errors
///
/// [`KeyError::Io`] or [`KeyError::Random`].
pub(super) fn create(path: &Path, secret_bytes: usize) -> Result<(), KeyError> {
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

    let mut secret = vec![0; secret_bytes];
    SystemRandom::new()
        .fill(&mut secret)
        .map_err(|_| KeyError::Random)?;
    let secret = SecretString::from(URL_SAFE_NO_PAD.encode(&secret));
    let kid = Uuid::new_v4().simple().to_string();
    let ring = NewRing {
        active: &kid[..8],
        keys: [NewKey {
            kid: &kid[..8],
            secret: secret.expose_secret(),
        }],
    };
    let json = serde_json::to_vec_pretty(&ring).expect("strings serialise");

    // Written beside and then linked into place: other processes only see the complete file, and a link never replaces a ring
    // that another process wrote first.
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
