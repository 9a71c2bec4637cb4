//! The file system of a SQLite file: whether it is writable, and how much space is free.

use std::path::Path;

use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};

use super::finding::Finding;
use crate::exit::Failure;
use crate::store::{Location, StoreError};

/// The free bytes below which there is a warning: a revocation takes less than a kilobyte, but the write-ahead log grows to some
/// megabytes before a checkpoint.
const ENOUGH: u64 = 100 << 20;

/// Checks the file system of this folder. Returns `None` when it does not answer, which the finding about the store shows.
pub(super) fn examine(location: &Location, folder: &Path) -> Option<Finding> {
    let system = statvfs(folder).ok()?;
    let shown = folder.display();
    let unwritable = |why: &str| {
        let problem = StoreError::Unavailable(format!("{shown} {why}"));
        Some(Finding::failed("disk", &Failure::store(location, problem)))
    };
    if system.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return unwritable("is on a file system that is mounted read-only");
    }
    // SQLite creates its log beside the file.
    if access(folder, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        return unwritable("is a folder that this user may not write to");
    }
    let free = system.f_bavail.saturating_mul(system.f_frsize);
    // A file system without a fixed number of files reports zero.
    let no_files = system.f_files > 0 && system.f_favail == 0;
    let said = format!("{} free in {shown}", size(free));
    Some(if free < ENOUGH || no_files {
        let what = if no_files {
            "no more files fit"
        } else {
            "that is little"
        };
        Finding::warning(
            "disk",
            format!(
                "{said}: {what}. Make room: on a full disk, requests that write are answered with 503"
            ),
        )
    } else {
        Finding::ok("disk", said)
    })
}

fn size(bytes: u64) -> String {
    let mebibytes = bytes >> 20;
    if mebibytes < 10 * 1024 {
        format!("{mebibytes} MiB")
    } else {
        format!("{} GiB", mebibytes >> 10)
    }
}
