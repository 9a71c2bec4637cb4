//! One server process for each file: a lock that the system releases when the process ends, however it ends.
//!
//! The lock is on a separate file. A lock on the database would end SQLite's own locks when it is closed, as POSIX defines it
//! (<https://sqlite.org/howtocorrupt.html>, section 2.2). Only `serve` takes it: `bootstrap`, `migrate` and other commands of
//! an operator use SQLite's locks beside a running server, which checks the file for every request and sees what they did.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;

use super::super::error::StoreError;
use super::file::SqliteFile;
use parking_lot::Mutex;

/// The lock, once it is taken; held until the process or the store ends.
#[derive(Debug, Default)]
pub(super) struct Claim(Mutex<Option<File>>);

impl Claim {
    /// Takes the lock of this database.
    ///
    /// # Errors
    ///
    /// [`StoreError::Claimed`] when another process holds it, [`StoreError::Unavailable`] when there can be no lock.
    pub(super) fn take(&self, database: &SqliteFile) -> Result<(), StoreError> {
        // One lock for all paths that lead to the file.
        let path = database.real_path()?.with_added_extension("lock");
        let failed = |error: std::io::Error| {
            StoreError::Unavailable(format!("cannot lock {}: {error}", path.display()))
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {
                // The next process that tries reads who holds the lock. The lock works without that.
                let _ = file
                    .set_len(0)
                    .and_then(|()| writeln!(file, "{}", std::process::id()));
                *self.0.lock() = Some(file);
                Ok(())
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file
                    .rewind()
                    .and_then(|()| file.read_to_string(&mut holder));
                Err(StoreError::Claimed {
                    process: holder.trim().parse().ok(),
                })
            }
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}
