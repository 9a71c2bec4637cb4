//! Whether the paths still name the files that were opened: the database, its write-ahead log and the log's index.
//!
//! A file that is deleted or replaced under a running server still exists for the processes that have it open: what is written to
//! it is lost when they end, and a connection that is opened later reads another file. So from then on nothing is acknowledged,
//! nothing is read, and no connection is opened.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use rustix::fs::{StatVfsMountFlags, statvfs};

use super::super::error::StoreError;
use super::file::SqliteFile;

/// How long a check counts for reads, in milliseconds. The system calls would take more than a tenth of the time of a request; a write
/// is checked when it is on disk in any case.
const CHECKED_FOR: u64 = 5;

/// The free bytes that a write may need: some pages of the log.
const ROOM: u64 = 64 << 10;

/// The files, which are open: no other file gets the inode of one of them until it is closed.
#[derive(Clone, Debug)]
pub(super) struct FileIdentity(Arc<OpenFiles>);

#[derive(Debug)]
struct OpenFiles {
    /// The path of the database as it was given.
    given: SqliteFile,
    /// The path without symbolic links, beside which SQLite keeps the log.
    real: PathBuf,
    files: [OpenFile; 3],
    opened: Instant,
    /// When they were checked for a read, in milliseconds after they were opened.
    checked: AtomicU64,
}

/// The path of a file, and its device and inode.
#[derive(Debug)]
struct OpenFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl OpenFile {
    fn at(path: PathBuf) -> Result<Self, StoreError> {
        let metadata = fs::metadata(&path)
            .map_err(|error| StoreError::Unavailable(format!("{}: {error}", path.display())))?;
        Ok(Self {
            path,
            device: metadata.dev(),
            inode: metadata.ino(),
        })
    }

    fn check(&self) -> Result<(), StoreError> {
        let same = fs::metadata(&self.path)
            .is_ok_and(|metadata| (metadata.dev(), metadata.ino()) == (self.device, self.inode));
        if same {
            Ok(())
        } else {
            Err(StoreError::Unavailable(format!(
                "{} was removed or replaced while the server used it. Put it back, or restart the server to use what is there",
                self.path.display()
            )))
        }
    }
}

impl FileIdentity {
    /// Reads the identity of the files, of which a connection has read.
    pub(super) fn of(file: &SqliteFile) -> Result<Self, StoreError> {
        // SQLite follows symbolic links to find the log.
        let real = file.real_path()?;
        let beside = |end: &str| {
            let mut path = real.clone().into_os_string();
            path.push(end);
            OpenFile::at(path.into())
        };
        let files = [beside("")?, beside("-wal")?, beside("-shm")?];
        Ok(Self(Arc::new(OpenFiles {
            given: file.clone(),
            real,
            files,
            opened: Instant::now(),
            checked: AtomicU64::new(0),
        })))
    }

    /// Returns an error when the file system takes no writes, or has no room for one.
    pub(super) fn require_room(&self) -> Result<(), StoreError> {
        let [file, ..] = &self.0.files;
        let path = file.path.display();
        let system = statvfs(&file.path)
            .map_err(|error| StoreError::Unavailable(format!("{path}: {error}")))?;
        if system.f_flag.contains(StatVfsMountFlags::RDONLY) {
            let why = format!("the file system of {path} is read-only");
            return Err(StoreError::Unavailable(why));
        }
        if system.f_bavail.saturating_mul(system.f_frsize) < ROOM {
            let why = format!("the file system of {path} is full");
            return Err(StoreError::Unavailable(why));
        }
        Ok(())
    }

    /// Returns an error when a path no longer names its file.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        self.0.files.iter().try_for_each(OpenFile::check)?;
        // A link in place of the file has another log, though it leads to the same file.
        let leads_to = self.0.given.real_path()?;
        if leads_to == self.0.real {
            Ok(())
        } else {
            Err(StoreError::Unavailable(format!(
                "{} was moved to {} while the server used it. Put it back, or restart the server to use what is there",
                self.0.real.display(),
                leads_to.display()
            )))
        }
    }

    /// Does the same for a read, unless it was done some milliseconds ago.
    pub(super) fn check_for_read(&self) -> Result<(), StoreError> {
        let now = u64::try_from(self.0.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        if now < self.0.checked.load(Ordering::Relaxed) + CHECKED_FOR {
            return Ok(());
        }
        // After a failure it is checked again each time.
        self.check()?;
        self.0.checked.store(now, Ordering::Relaxed);
        Ok(())
    }
}
