//! Whether the path still names the file that was opened.
//!
//! A file that is deleted or replaced under a running server still exists for the processes that have it open: what is written to
//! it is lost when they end, and a connection that is opened later reads another file. So from then on nothing is acknowledged,
//! and no connection is opened.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::super::error::StoreError;
use super::file::SqliteFile;

/// The device and the inode of a file.
#[derive(Clone, Debug)]
pub(super) struct FileIdentity {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl FileIdentity {
    /// Reads the identity of the file that the path names now, which is open: no other file gets its inode until it is closed.
    pub(super) fn of(file: &SqliteFile) -> Result<Self, StoreError> {
        let metadata = fs::metadata(file.path()).map_err(|error| {
            StoreError::Unavailable(format!("{}: {error}", file.path().display()))
        })?;
        Ok(Self {
            path: file.path().to_owned(),
            device: metadata.dev(),
            inode: metadata.ino(),
        })
    }

    /// Returns an error when the path no longer names this file.
    pub(super) fn check(&self) -> Result<(), StoreError> {
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
