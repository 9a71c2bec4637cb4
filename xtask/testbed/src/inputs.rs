//! Inputs of benchmarks that are kept beside the workspace.

use std::path::PathBuf;

use crate::cargo::workspace_root;

/// A variable that names something other than a folder.
#[derive(Debug, thiserror::Error)]
#[error("{variable} names {}, which is not a folder", path.display())]
pub struct NotAFolder {
    variable: &'static str,
    path: PathBuf,
}

/// Returns the folder that the variable names. If it is not set, returns the default one, a path from the workspace's
/// folder; if that does not exist, prints that something is skipped and returns `None`.
///
/// # Errors
///
/// [`NotAFolder`].
pub fn folder(variable: &'static str, default: &str) -> Result<Option<PathBuf>, NotAFolder> {
    let given = std::env::var_os(variable).map(PathBuf::from);
    let is_given = given.is_some();
    let path = given.unwrap_or_else(|| workspace_root().join(default));
    if path.is_dir() {
        return Ok(Some(path));
    }
    if is_given {
        return Err(NotAFolder { variable, path });
    }
    println!("skipped: there is no folder {default}; set {variable} to use another one");
    Ok(None)
}
