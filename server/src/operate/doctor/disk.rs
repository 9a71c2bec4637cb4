//! The file system that a SQLite file is on: whether it can be written to, and how much room is left.

use std::path::Path;

use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};

use super::finding::Finding;
use crate::exit::Failure;
use crate::store::{Location, StoreError};

/// Below so many bytes the end is near: a revocation takes less than a kilobyte, but the log in front of the file grows to
/// some megabytes before it is taken over.
const ENOUGH: u64 = 100 << 20;

/// How the file system of this folder is; nothing when it cannot be asked, which the finding about the store tells.
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
    // SQLite makes its log beside the file.
    if access(folder, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        return unwritable("is a folder that this user may not write to");
    }
    let free = system.f_bavail.saturating_mul(system.f_frsize);
    // A file system without a fixed number of files says that it has none.
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
                "{said}: {what}. Make room: on a full disk whatever must be written is answered with 503"
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
