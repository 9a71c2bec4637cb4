//! Whether the path still names the file that was opened.
//!
//! A file that is deleted or replaced under a running server lives on for whoever has it open, and for nobody else: what is
//! written to it is gone with the process, and a connection that is opened later reads another file. So nothing is acknowledged
//! then, and nothing new is opened.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::super::error::StoreError;
use super::file::SqliteFile;

/// What the file system knows the file by.
#[derive(Clone, Debug)]
pub(super) struct FileIdentity {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl FileIdentity {
    /// That of the file that the path names now, which is open: its number is nobody else's until it is closed.
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

    /// Fails when the path names no file any more, or another.
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
