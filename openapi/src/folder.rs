//! The files that a document in a folder refers to.

use std::io::ErrorKind;
use std::path::Path;

/// Reads a file below a folder, for [`Document::parse_with_files`](crate::Document::parse_with_files). Links out of the folder
/// are refused: a document must not disclose other files of the person who reads it.
///
/// # Errors
///
/// The reason why there is no text.
pub fn read_below(folder: &Path, file: &str) -> Result<String, String> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let folder = folder.canonicalize().map_err(|error| error.to_string())?;
    let path = folder.join(file).canonicalize();
    let path = path.map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            "no such file: the path is relative to the document that refers to it".to_owned()
        }
        _ => error.to_string(),
    })?;
    if !path.starts_with(&folder) {
        return Err("it is a link that leaves the folder below which files are read".to_owned());
    }
    std::fs::read_to_string(&path).map_err(|error| error.to_string())
}
