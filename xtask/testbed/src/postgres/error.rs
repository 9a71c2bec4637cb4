//! Why PostgreSQL does not start.

use std::io;

/// Why PostgreSQL did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its programs are not installed.
    #[error(
        "there is no PostgreSQL under /usr/lib/postgresql; on Debian install the package postgresql"
    )]
    Missing,
    /// Its programs failed.
    #[error("PostgreSQL does not start: {0}")]
    Failed(String),
    /// Its programs cannot be run, or their files cannot be made.
    #[error("PostgreSQL does not start: {0}")]
    Io(#[from] io::Error),
}
