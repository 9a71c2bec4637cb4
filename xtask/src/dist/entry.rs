//! The files that packages are made of.

use std::path::{Path, PathBuf};

use openapi::cli::Failure;

/// A file with its path in the package.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) content: Vec<u8>,
    pub(super) is_executable: bool,
}

impl Entry {
    /// Builds a file that is read.
    pub(super) fn text(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            content: content.into(),
            is_executable: false,
        }
    }

    /// Reads a program.
    pub(super) fn program(path: impl Into<String>, file: &Path) -> Result<Self, Failure> {
        Ok(Self {
            path: path.into(),
            content: read(file)?,
            is_executable: true,
        })
    }

    /// Reads a file.
    pub(super) fn file(path: impl Into<String>, file: &Path) -> Result<Self, Failure> {
        Ok(Self::text(path, read(file)?))
    }

    /// Returns the file below a folder of the package.
    pub(super) fn below(&self, folder: &str) -> Self {
        Self {
            path: format!("{folder}/{}", self.path),
            ..self.clone()
        }
    }

    /// Returns the permissions that Unix gives it.
    pub(super) fn mode(&self) -> u32 {
        if self.is_executable { 0o755 } else { 0o644 }
    }
}

/// Reads a file.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file)
        .map_err(|error| Failure::unreadable(format!("cannot read {}: {error}", file.display())))
}

/// Writes a file.
pub(super) fn write(file: &Path, content: &[u8]) -> Result<(), Failure> {
    std::fs::write(file, content)
        .map_err(|error| Failure::unreadable(format!("cannot write {}: {error}", file.display())))
}

/// Returns the files of a folder, in the order of their names.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::unreadable(format!("cannot read {}: {error}", folder.display()))
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
