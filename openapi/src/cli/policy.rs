//! The policy of a comparison: the file that the command line names, or the next one upwards from the document.

use std::path::{Path, PathBuf};

use super::exit::{Exit, Failure};
use super::{input, place};
use crate::diff::Policy;

/// The name by which a policy is found.
const FILE: &str = "oasproof.toml";

/// Reads the policy that `config` names, or else the next one upwards from the revision.
///
/// # Errors
///
/// [`Exit::Unreadable`] for a file that cannot be read, [`Exit::Usage`] for one that is invalid.
pub(super) fn read(config: Option<&Path>, revision: &Path) -> Result<Option<Policy>, Failure> {
    let Some(path) = config.map(Path::to_owned).or_else(|| found(revision)) else {
        return Ok(None);
    };
    let (name, text) = input::settings(&path, "policy")?;
    let policy = Policy::parse(&name, &text);
    policy
        .map(Some)
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()))
}

/// Returns the next policy upwards from a document, up to the top folder of the repository.
fn found(document: &Path) -> Option<PathBuf> {
    let current = std::env::current_dir().ok()?;
    for folder in place::folder_of(document).ancestors() {
        let file = folder.join(FILE);
        if file.is_file() {
            // Named from the current folder where it is in it, as a person would.
            let near = file.strip_prefix(&current).map(Path::to_owned);
            return Some(near.unwrap_or(file));
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    None
}
