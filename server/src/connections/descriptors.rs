//! File descriptors: each connection takes one, and the system's default is for programs with few.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors that are not for connections: the store's, logs, the listeners, refusals.
const RESERVED: usize = 192;

/// Raises the soft limit of open files to the hard one (`RLIMIT_NOFILE`); returns how many connections fit.
pub(crate) fn raise() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    // Where the system refuses, what was there stays.
    let limit = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised,
        Err(_) => limit,
    };
    // No limit is said by none.
    let files = limit.current.map_or(usize::MAX, |files| {
        usize::try_from(files).unwrap_or(usize::MAX)
    });
    files.saturating_sub(RESERVED).max(1)
}
