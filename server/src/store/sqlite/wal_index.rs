//! Whether anything was committed since: told by the head of the index of the write-ahead log, which is shared memory of all
//! processes that use the file, and changes with every commit of each (<https://sqlite.org/walformat.html>, "The WAL-Index
//! File Format").
//!
//! SQLite itself compares these bytes when a transaction begins, and takes locks with them so that nobody overwrites what the
//! transaction will read. One that stays open has these locks already, so that comparing the bytes is all that is left to do.

use std::fs::{self, File};
use std::mem::ManuallyDrop;
use std::os::unix::fs::FileExt;

use super::super::error::StoreError;
use super::file::SqliteFile;

/// What the index's first copy of its header says of its format, in the machine's own order of bytes.
const VERSION: u32 = 3_007_000;

/// The bytes of the header: `iVersion`, padding, `iChange`, which counts commits, `isInit` and more, `mxFrame`, `nPage`, and
/// checksums.
const HEADER: usize = 48;

/// Where `mxFrame` is, the number of pages that are in the log.
const FRAMES: usize = 16;

/// The index, as a file.
#[derive(Debug)]
pub(super) struct WalIndex {
    /// Never closed: closing any descriptor of a file ends the locks that this process has on it
    /// (<https://sqlite.org/howtocorrupt.html>, section 2.2), and SQLite has some on this one.
    file: ManuallyDrop<File>,
}

/// What the index said at some moment. Two that are equal have no commit between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment([u8; HEADER]);

impl WalIndex {
    /// That of this file, which a connection of this process has read in WAL mode already.
    pub(super) fn of(file: &SqliteFile) -> Result<Self, StoreError> {
        // SQLite puts it beside the file that a symbolic link leads to.
        let index = fs::canonicalize(file.path()).and_then(|path| {
            let mut name = path.into_os_string();
            name.push("-shm");
            File::open(name)
        });
        match index {
            Ok(file) => Ok(Self {
                file: ManuallyDrop::new(file),
            }),
            Err(error) => Err(StoreError::Unavailable(format!(
                "the index of its write-ahead log, {}-shm, cannot be read: {error}",
                file.path().display()
            ))),
        }
    }

    /// What it says now. `None` when it cannot be told or is of another format: then nothing is known.
    pub(super) fn now(&self) -> Option<Moment> {
        let mut header = [0; HEADER];
        self.file.read_exact_at(&mut header, 0).ok()?;
        let moment = Moment(header);
        (moment.number_at(0) == VERSION).then_some(moment)
    }
}

impl Moment {
    /// How many pages the log has.
    pub(super) fn frames(&self) -> u32 {
        self.number_at(FRAMES)
    }

    fn number_at(&self, at: usize) -> u32 {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&self.0[at..at + 4]);
        u32::from_ne_bytes(bytes)
    }
}
