//! The folders that commands work in, and the sizes of their files.

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

/// Returns the size of a file in MiB.
#[expect(
    clippy::cast_precision_loss,
    reason = "sizes are shown with two digits at most"
)]
pub(crate) fn mebibytes(file: &Path) -> Result<f64, Failure> {
    let metadata = std::fs::metadata(file)
        .map_err(|error| Failure::unreadable(format!("cannot read {}: {error}", file.display())))?;
    Ok(metadata.len() as f64 / (1024.0 * 1024.0))
}
