//! Folders that commands work in.

use std::path::Path;

use tempfile::TempDir;

use openapi::cli::Failure;

/// A temporary one, removed with this value or when the process ends.
pub(crate) fn temporary() -> Result<TempDir, Failure> {
    testbed::folder()
        .map_err(|error| Failure::unreadable(format!("cannot make a temporary folder: {error}")))
}

/// Makes one, and those above it, where they are missing.
pub(crate) fn make(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::unreadable(format!("cannot make {}: {error}", folder.display())))
}
