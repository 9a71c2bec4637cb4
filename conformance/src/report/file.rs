//! Reports as files: whole or not at all, and never with a credential in them.

use std::io;
use std::path::{Path, PathBuf};

use crate::redact::Scan;

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The file system refused.
    #[error("{}: cannot be written: {source}\n  Name a place that can be written to.", .path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Redaction missed a secret, which is a defect of the suite; the file was not written.
    #[error("{}: not written, since it would hold the value of ${secret}: a defect of the suite, please report it", .path.display())]
    Secret {
        /// The file.
        path: PathBuf,
        /// The name of the secret.
        secret: String,
    },
}

impl ReportError {
    /// The file system's refusal of a path.
    pub fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> ReportError {
        let path = path.to_owned();
        move |source| ReportError::Write { path, source }
    }
}

/// Writes a rendered report to a file, whole or not at all, unless the scan finds a credential in it.
///
/// # Errors
/// When the file cannot be written, or a credential stands in the report.
pub fn write_scanned(path: &Path, content: &[u8], scan: &Scan) -> Result<(), ReportError> {
    refuse_secrets(path, content, scan)?;
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    std::fs::write(&unfinished, content).map_err(ReportError::unwritable(path))?;
    std::fs::rename(&unfinished, path).map_err(ReportError::unwritable(path))
}

/// Looks for credentials in a rendered report; `path` says in the error where it was to go.
///
/// # Errors
/// When a credential stands in the report.
pub fn refuse_secrets(path: &Path, content: &[u8], scan: &Scan) -> Result<(), ReportError> {
    match scan.first_in(content) {
        None => Ok(()),
        Some(secret) => Err(ReportError::Secret {
            path: path.to_owned(),
            secret,
        }),
    }
}
