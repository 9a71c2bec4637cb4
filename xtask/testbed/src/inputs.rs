//! Inputs of benchmarks that are kept beside the workspace.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::cargo::{target_directory, workspace_root};

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
    crate::print_skipped(&format!(
        "there is no folder {default}; set {variable} to use another one"
    ));
    Ok(None)
}

/// Two versions of one document.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Pair {
    /// The name of the pair.
    pub name: String,
    /// The older version's file.
    pub base: PathBuf,
    /// The newer version's file.
    pub revision: PathBuf,
}

/// The reason why pairs cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum NoPairs {
    /// The variable names something else.
    #[error(transparent)]
    NotAFolder(#[from] NotAFolder),
    /// The manifest or the archive cannot be read.
    #[error("cannot read {}: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

/// Returns the pairs of real documents in the folder that `OPENAPI_PAIRS` names, or in the usual one. Its `pairs.json` is
/// an array of objects with `name`, `base` and `revision`, the last two of which are paths from the folder; in its place
/// there may be `pairs.tar.xz`, which holds it. Prints that something is skipped and returns `None` if no such folder is
/// here.
///
/// # Errors
///
/// [`NoPairs`], also for an empty array.
pub fn pairs() -> Result<Option<Vec<Pair>>, NoPairs> {
    let Some(mut folder) = folder("OPENAPI_PAIRS", "../shared/real")? else {
        return Ok(None);
    };
    let archive = folder.join("pairs.tar.xz");
    if !folder.join(MANIFEST).exists() && archive.exists() {
        folder = unpacked(&archive)?;
    }
    let path = folder.join(MANIFEST);
    let failed = |why: String| NoPairs::Unreadable {
        path: path.clone(),
        why,
    };
    let text = std::fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
    let pairs: Vec<Pair> =
        serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
    if pairs.is_empty() {
        return Err(failed("it names no pair of documents".to_owned()));
    }
    let within = pairs.into_iter().map(|pair| Pair {
        base: folder.join(&pair.base),
        revision: folder.join(&pair.revision),
        ..pair
    });
    Ok(Some(within.collect()))
}

/// The file that lists the pairs of a folder.
const MANIFEST: &str = "pairs.json";

/// Unpacks an archive of pairs below `target/bench`, unless that was done before.
fn unpacked(archive: &Path) -> Result<PathBuf, NoPairs> {
    let failed = |why: String| NoPairs::Unreadable {
        path: archive.to_owned(),
        why,
    };
    let folder = target_directory().join("bench/pairs");
    if folder.join(MANIFEST).exists() {
        return Ok(folder);
    }
    std::fs::create_dir_all(&folder).map_err(|error| failed(error.to_string()))?;
    let tar = Command::new("tar")
        .arg("xJf")
        .arg(archive)
        .arg("-C")
        .arg(&folder)
        .output();
    let tar = tar.map_err(|error| failed(format!("tar cannot be run: {error}")))?;
    if tar.status.success() {
        Ok(folder)
    } else {
        Err(failed(String::from_utf8_lossy(&tar.stderr).into_owned()))
    }
}
