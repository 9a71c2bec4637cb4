//! The files of reports: each is written completely or not at all, and never with a credential inside.

use std::io;
use std::path::{Path, PathBuf};

use crate::redact::Scan;

/// The reason why a report was not written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The file cannot be written.
    #[error("{}: cannot be written: {source}\n  Choose a file or folder that can be written.", .path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The error of the file system.
        source: io::Error,
    },
    /// Redaction missed a secret, which is a defect of the suite. The file was not written.
    #[error("{}: not written, because it would contain the value of ${secret}: this is a defect of the suite, please report it", .path.display())]
    Secret {
        /// The file.
        path: PathBuf,
        /// The name of the secret.
        secret: String,
    },
}

impl ReportError {
    /// Returns the conversion of an I/O error at `path` into this error.
    pub fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> ReportError {
        let path = path.to_owned();
        move |source| ReportError::Write { path, source }
    }
}

/// Writes a rendered report to a file, completely or not at all, unless the scan finds a credential in it.
///
/// # Errors
/// When the file cannot be written, or the report contains a credential.
pub fn write_scanned(path: &Path, content: &[u8], scan: &Scan) -> Result<(), ReportError> {
    refuse_secrets(path, content, scan)?;
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    std::fs::write(&unfinished, content).map_err(ReportError::unwritable(path))?;
    std::fs::rename(&unfinished, path).map_err(ReportError::unwritable(path))
}

/// Checks that a rendered report contains no credential. The error names `path` as the file that was not written.
///
/// # Errors
/// When the report contains a credential.
pub fn refuse_secrets(path: &Path, content: &[u8], scan: &Scan) -> Result<(), ReportError> {
    match scan.first_in(content) {
        None => Ok(()),
        Some(secret) => Err(ReportError::Secret {
            path: path.to_owned(),
            secret,
        }),
    }
}
