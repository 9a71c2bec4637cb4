//! One server process for each file: a lock that the system releases when the process ends, however it ends.
//!
//! One lock is on a separate file beside the database, whose path may lead to another database later. On Linux another one is on the
//! database itself, which may have been moved. To close a file ends SQLite's own locks on it, as POSIX defines it
//! (<https://sqlite.org/howtocorrupt.html>, section 2.2), so that one stays open until the process ends. Elsewhere the two kinds of
//! locks exclude each other. Only `serve` takes them: `bootstrap`, `migrate` and other commands of
//! an operator use SQLite's locks beside a running server, which checks the file for every request and sees what they did.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::mem::ManuallyDrop;
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
                lock_itself(database)?;
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

/// Takes the lock on the database itself, for as long as the process runs.
fn lock_itself(database: &SqliteFile) -> Result<(), StoreError> {
    if cfg!(not(target_os = "linux")) {
        return Ok(());
    }
    let path = database.path();
    let failed = |error: std::io::Error| {
        StoreError::Unavailable(format!("cannot lock {}: {error}", path.display()))
    };
    let locked = ManuallyDrop::new(File::open(path).map_err(failed)?).try_lock();
    locked.map_err(|error| match error {
        TryLockError::WouldBlock => StoreError::Claimed { process: None },
        TryLockError::Error(error) => failed(error),
    })
}
