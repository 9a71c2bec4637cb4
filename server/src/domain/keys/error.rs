//! Why there is no key ring.

use std::io;
use std::path::PathBuf;

/// Why there is no key ring. No message holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("cannot {action} the key file {path}: {source}. Name one of this user's with --keys")]
    Io {
        /// What failed.
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
    /// The contents are not a key ring.
    #[error("{place} is not a key ring: {problem}")]
    Malformed {
        /// The key file, or the environment variable.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// There are tokens, and the keys that signed them are missing.
    #[error(
        "the key file {path} does not exist, but the database holds tokens that only its keys can verify. \
         Restore the file, or name the right one with --keys"
    )]
    Lost {
        /// The key file.
        path: PathBuf,
    },
    /// There is no file, and a new one would differ from those of the other replicas.
    #[error(
        "the key file {path} does not exist. Replicas on PostgreSQL must all have the same keys: `server bootstrap` creates it \
         once; copy it to where --keys names it, or give its contents in DZ_KEY_RING"
    )]
    Missing {
        /// The key file.
        path: PathBuf,
    },
    /// No file was named, and there is no default place for one.
    #[error(
        "name the key file with --keys, or give the keys in DZ_KEY_RING: with PostgreSQL there is no default place, and replicas must \
         all have the same"
    )]
    Unnamed,
    /// The system's random number generator failed.
    #[error("the system's random number generator failed, so that no key can be made")]
    Random,
}
