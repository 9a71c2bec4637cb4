//! The limit of open files: each connection needs a file descriptor, and the system's default limit is low.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The descriptors that are not for connections: those of the store, logs, listeners and refusals.
const RESERVED: usize = 192;

/// Raises the soft limit of open files to the hard one (`RLIMIT_NOFILE`), and returns how many connections it allows.
pub(crate) fn raise() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    // If the system refuses, the soft limit stays as it was.
    let limit = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised,
        Err(_) => limit,
    };
    // `None` means no limit.
    let files = limit.current.map_or(usize::MAX, |files| {
        usize::try_from(files).unwrap_or(usize::MAX)
    });
    files.saturating_sub(RESERVED).max(1)
}
