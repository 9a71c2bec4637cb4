//! The checksums of packages, in the form that `sha256sum --check` reads.

use std::path::Path;

use openapi::cli::Failure;

use super::entry;

/// The file of checksums.
const FILE: &str = "SHA256SUMS";

/// Writes the checksums of all files of a folder.
pub(super) fn write(folder: &Path) -> Result<(), Failure> {
    let mut lines = String::new();
    for file in entry::files(folder)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name != FILE {
            lines.push_str(&format!("{}  {name}\n", of(&file)?));
        }
    }
    entry::write(&folder.join(FILE), lines.as_bytes())
}

/// Returns the SHA-256 of a file, in lower-case hexadecimal.
pub(super) fn of(file: &Path) -> Result<String, Failure> {
    let digest = ring::digest::digest(&ring::digest::SHA256, &entry::read(file)?);
    let bytes = digest.as_ref().iter();
    Ok(bytes.map(|byte| format!("{byte:02x}")).collect())
}
