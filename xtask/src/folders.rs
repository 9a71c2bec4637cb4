//! The folders that commands work in.

use std::path::Path;

use openapi::cli::Failure;
use tempfile::TempDir;

/// Makes a temporary folder, which is removed when this is dropped or the process ends.
pub(crate) fn temporary() -> Result<TempDir, Failure> {
    testbed::folder()
        .map_err(|error| Failure::unreadable(format!("cannot make a temporary folder: {error}")))
}

/// Makes a folder and its parents if they do not exist.
pub(crate) fn make(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::unreadable(format!("cannot make {}: {error}", folder.display())))
}
