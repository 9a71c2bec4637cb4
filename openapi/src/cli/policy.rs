//! The policy of a comparison: the file that the command line names, or the next one upwards from the document within its
//! repository.

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

/// Returns the next policy upwards from a document, up to the top folder of the repository. Outside of one only the
/// document's folder is searched: what is above it may be anybody's.
fn found(document: &Path) -> Option<PathBuf> {
    let current = std::env::current_dir().ok()?;
    let own = place::folder_of(document);
    let top = place::repository_of(&own).unwrap_or(&own);
    let folders = own.ancestors().take_while(|folder| folder.starts_with(top));
    let mut files = folders.map(|folder| folder.join(FILE));
    let file = files.find(|file| file.is_file())?;
    // Named from the current folder where it is in it, as a person would.
    let near = file.strip_prefix(&current).map(Path::to_owned);
    Some(near.unwrap_or(file))
}
