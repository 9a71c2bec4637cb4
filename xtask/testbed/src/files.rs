//! Files that a test writes for a program.

use std::path::Path;

use tempfile::TempDir;

/// A temporary folder with files in it.
#[derive(Debug)]
pub struct Folder(TempDir);

impl Folder {
    /// Makes an empty folder.
    ///
    /// # Panics
    ///
    /// If the system refuses.
    #[expect(clippy::new_without_default, reason = "a default makes no folder")]
    pub fn new() -> Self {
        Self(crate::folder().expect("a temporary folder"))
    }

    /// Returns its path.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file in it, in a folder that exists, and returns the file's path.
    ///
    /// # Panics
    ///
    /// If the system refuses.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.path().join(name);
        std::fs::write(&path, text).expect("a file in the temporary folder");
        path.to_str().expect("UTF-8").to_owned()
    }
}
