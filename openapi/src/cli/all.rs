//! Many documents at once: all whose paths match a pattern, in two folders or revisions.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use super::comparison::{Comparison, Session};
use super::exit::{Exit, Failure};
use super::{git, input, place};
use crate::Document;
use crate::diff::{added, removed};
use crate::shown::visible;

/// A folder with documents, as the command line names it.
pub(super) enum Folder {
    /// A folder of a revision: the revision, and the folder's path in the repository.
    Revision {
        name: PathBuf,
        revision: String,
        inside: String,
    },
    /// A folder of the working tree, without what git ignores.
    WorkingTree(PathBuf),
    /// Any folder.
    Any(PathBuf),
}

impl Folder {
    /// Returns the folder that the command line names.
    ///
    /// # Errors
    ///
    /// [`Exit::Usage`], when it is none.
    pub(super) fn of(name: &Path) -> Result<Self, Failure> {
        if let Some((revision, _)) = place::in_git(name) {
            return Ok(Self::Revision {
                name: name.to_owned(),
                revision: revision.to_owned(),
                inside: place::path_in_repository(name),
            });
        }
        if name.is_dir() {
            return Ok(Self::Any(name.to_owned()));
        }
        Err(Failure::new(
            Exit::Usage,
            format!(
                "with `--all`, the base and the revision are folders, or revisions of git such as `main:`: {} is neither",
                visible(&name.display().to_string())
            ),
        ))
    }

    /// Returns the same folder as it is in the working tree.
    ///
    /// # Errors
    ///
    /// [`Exit::Usage`], for a folder that is in no revision.
    pub(super) fn as_it_is(&self) -> Result<Self, Failure> {
        match self {
            Self::Revision { inside, .. } => Ok(Self::WorkingTree(place::in_working_tree(inside))),
            Self::WorkingTree(_) | Self::Any(_) => Err(Failure::new(
                Exit::Usage,
                "name the folder of the revision as well: only a base in git, such as `main:`, has files as they are now",
            )),
        }
    }

    /// Returns the paths of its files.
    fn files(&self) -> Result<Vec<String>, Failure> {
        match self {
            Self::Revision {
                revision, inside, ..
            } => git::files(revision, inside),
            Self::WorkingTree(folder) => {
                // The current folder has no name, so that those of its files are as a person writes them.
                let folder = match folder.as_os_str().is_empty() {
                    true => Path::new("."),
                    false => folder,
                };
                if !folder.is_dir() {
                    return Ok(Vec::new());
                }
                let files = git::working_files(folder);
                let files = files.map_err(|said| unreadable(folder, &said))?;
                // What was removed is still listed until the removal is committed.
                let files = files.into_iter();
                Ok(files.filter(|file| folder.join(file).exists()).collect())
            }
            Self::Any(folder) => {
                let mut files = Vec::new();
                walk(folder, "", &mut files)?;
                Ok(files)
            }
        }
    }

    /// Returns the name of a file, as the command line would have it.
    fn named(&self, file: &str) -> PathBuf {
        match self {
            Self::Revision { name, .. } => {
                let name = name.display().to_string();
                let separator = match name.ends_with([':', '/']) {
                    true => "",
                    false => "/",
                };
                PathBuf::from(format!("{name}{separator}{file}"))
            }
            Self::WorkingTree(folder) | Self::Any(folder) => folder.join(file),
        }
    }
}

/// Compares all documents whose paths in one of the folders match the pattern. One that only the revision has is new, and
/// one that only the base has was removed.
///
/// # Errors
///
/// [`Failure`], when no path matches, or a document, a policy or the pattern is invalid.
pub(super) fn compare(
    session: &mut Session<'_>,
    pattern: &str,
    base: &Folder,
    revision: &Folder,
) -> Result<Vec<Comparison>, Failure> {
    let glob = GlobBuilder::new(pattern.trim_start_matches("./"))
        .literal_separator(true)
        .build();
    let glob = glob.map_err(|error| Failure::new(Exit::Usage, format!("--all: {error}")))?;
    let glob = glob.compile_matcher();
    let old = matching(&glob, base)?;
    let new = matching(&glob, revision)?;
    if old.is_empty() && new.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "--all {}: no file matches: paths are relative to the folders that are compared, `**` stands for any folders; \
                 write the pattern in quotes, so that the shell leaves it as it is",
                visible(pattern)
            ),
        ));
    }
    let mut comparisons = Vec::new();
    for file in old.union(&new) {
        let [was, is] = [base, revision].map(|folder| folder.named(file));
        if old.contains(file) && new.contains(file) {
            comparisons.push(session.compare(&was, &is)?);
            continue;
        }
        let policy = session.policy(&is)?;
        let (diff, documents) = if old.contains(file) {
            let document = session.base(&was)?;
            (removed(&document), (document, nothing(&is)?))
        } else {
            let document = session.revision(&is)?;
            (added(&document), (nothing(&was)?, document))
        };
        comparisons.push(session.settle(diff, policy, documents, &is));
    }
    Ok(comparisons)
}

fn matching(glob: &GlobMatcher, folder: &Folder) -> Result<BTreeSet<String>, Failure> {
    let files = folder.files()?.into_iter();
    Ok(files.filter(|file| glob.is_match(file)).collect())
}

/// Returns what stands for a document that is not there.
fn nothing(name: &Path) -> Result<Document, Failure> {
    const TEXT: &str = r#"{"openapi": "3.1.0", "paths": {}}"#;
    input::parse(&name.display().to_string(), TEXT)
}

/// Lists the files below a folder by their paths from it. Links to folders are not followed.
fn walk(folder: &Path, below: &str, files: &mut Vec<String>) -> Result<(), Failure> {
    let here = folder.join(below);
    let cannot = |error: std::io::Error| unreadable(&here, &error.to_string());
    for entry in fs::read_dir(&here).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = match below.is_empty() {
            true => name.clone(),
            false => format!("{below}/{name}"),
        };
        let is_folder = entry.file_type().map_err(cannot)?.is_dir();
        match is_folder {
            true if name == ".git" => {}
            true => walk(folder, &path, files)?,
            false => files.push(path),
        }
    }
    Ok(())
}

fn unreadable(folder: &Path, why: &str) -> Failure {
    let folder = folder.display().to_string();
    Failure::unreadable(format!(
        "cannot list {}: {}",
        visible(&folder),
        visible(why)
    ))
}
