//! The size limit of a slice.

use std::io::{self, Read};

use openapi::cli::Failure;

/// The most bytes that are read of a slice. The vendored one has 10 kB.
const MOST_BYTES: u64 = 4 << 20;

/// Reads to the end. Returns `None` if there is more than the limit.
pub(super) fn read(from: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= MOST_BYTES).then_some(bytes))
}

/// Builds the failure of a source that holds more than the limit.
pub(super) fn too_large(name: &str) -> Failure {
    Failure::unreadable(format!(
        "{name} holds more than {} MiB, which no slice does: check what it is",
        MOST_BYTES >> 20
    ))
}
