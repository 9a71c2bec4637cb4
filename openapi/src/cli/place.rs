//! Where a document is: its folder, the folder below which it may refer to files, and its name in reports.

use std::path::{Component, Path, PathBuf};

use super::exit::{Exit, Failure};
use crate::folder::read_below;
use crate::shown::visible;

/// The name for standard input.
pub(super) const STANDARD_INPUT: &str = "-";

/// The place of a document in the working tree, or where it would be there.
pub(super) struct Place {
    /// The folder below which it may refer to files.
    root: PathBuf,
    /// Its path from the root of the file system.
    full: PathBuf,
    /// The path of its folder from that of the files, with `/`.
    pub(super) folder: String,
    /// The top folder of the repository.
    top: PathBuf,
}

impl Place {
    /// Returns the place of a document. Files are read below `root`, or else in the repository, or else in the document's
    /// folder.
    ///
    /// # Errors
    ///
    /// [`Exit::Usage`], when the document is not below `root`.
    pub(super) fn of(document: &Path, root: Option<&Path>) -> Result<Self, Failure> {
        let current = current_folder();
        let here = repository_of(&current).unwrap_or(&current).to_owned();
        let full = full_path(document, &current, &here);
        let own = full.parent().unwrap_or(&full);
        let top = match in_git(document) {
            Some(_) => here,
            None => repository_of(own).unwrap_or(own).to_owned(),
        };
        let root = match root {
            Some(root) => without_dots(&current.join(root)),
            None => top.clone(),
        };
        let Ok(folder) = own.strip_prefix(&root) else {
            return Err(Failure::new(
                Exit::Usage,
                format!(
                    "{} is not below {}: `--root` names a folder above the documents, within which they may refer to files",
                    visible(&document.display().to_string()),
                    visible(&root.display().to_string()),
                ),
            ));
        };
        let folder = with_slashes(folder);
        Ok(Self {
            root,
            full,
            folder,
            top,
        })
    }

    /// Returns the document's path from the repository's top folder.
    pub(super) fn path(&self) -> String {
        let path = self.full.strip_prefix(&self.top).unwrap_or(&self.full);
        with_slashes(path)
    }

    /// Returns the path, from the repository's top folder, of a file by its path from the document's folder.
    pub(super) fn beside(&self, file: &str) -> String {
        let path = self.full.with_file_name(file);
        let path = without_dots(&path);
        with_slashes(path.strip_prefix(&self.top).unwrap_or(&path))
    }

    /// Reads a file by its path from the document's folder.
    pub(super) fn read(&self, file: &str) -> Result<String, String> {
        let path = without_dots(&self.full.with_file_name(file));
        let inside = path.strip_prefix(&self.root).unwrap_or(&path);
        read_below(&self.root, &with_slashes(inside))
    }
}

/// Returns whether the name of a document is a URL, and not that of a file.
pub(super) fn is_url(path: &Path) -> bool {
    path.to_str().is_some_and(|name| name.contains("://")) && !path.exists()
}

/// Returns the path that a report names, relative to the repository's top folder as forges expect it;
/// `None` for what is no file.
pub(super) fn file_of(path: &Path) -> Option<String> {
    if path.as_os_str() == STANDARD_INPUT || is_url(path) {
        return None;
    }
    let current = current_folder();
    let top = repository_of(&current).unwrap_or(&current);
    let full = full_path(path, &current, top);
    let shown = full.strip_prefix(top).unwrap_or(&full);
    Some(with_slashes(shown))
}

/// Returns the path of a document or folder from the repository's top folder.
pub(super) fn path_in_repository(path: &Path) -> String {
    let current = current_folder();
    let top = repository_of(&current).unwrap_or(&current);
    let full = full_path(path, &current, top);
    with_slashes(full.strip_prefix(top).unwrap_or(&full))
}

/// Returns a folder of the working tree by its path from the repository's top folder, named from the current folder where it
/// is in it, as a person would.
pub(super) fn in_working_tree(inside: &str) -> PathBuf {
    let current = current_folder();
    let folder = repository_of(&current).unwrap_or(&current).join(inside);
    let near = folder.strip_prefix(&current).map(Path::to_owned);
    near.unwrap_or(folder)
}

/// Returns the folder that holds the document's file, or would hold it; the current folder for what is no file.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    let current = current_folder();
    if path.as_os_str() == STANDARD_INPUT || is_url(path) {
        return current;
    }
    let top = repository_of(&current).unwrap_or(&current);
    let full = full_path(path, &current, top);
    full.parent().unwrap_or(&full).to_owned()
}

/// Returns the top folder of the repository that holds a folder.
pub(super) fn repository_of(folder: &Path) -> Option<&Path> {
    let mut folders = folder.ancestors();
    folders.find(|folder| folder.join(".git").exists())
}

/// Returns the path of a document's file from the root; of one in git, where it would be in the working tree.
fn full_path(path: &Path, current: &Path, top: &Path) -> PathBuf {
    let full = match in_git(path) {
        // As git resolves it: relative to the current folder only if it begins with a dot.
        Some((_, inside)) if inside.starts_with("./") || inside.starts_with("../") => {
            current.join(inside)
        }
        Some((_, inside)) => top.join(inside),
        None => current.join(path),
    };
    without_dots(&full)
}

/// Returns the revision and the path of an object of git (`main:openapi.json`), if the name is one and no such file
/// exists.
pub(super) fn in_git(path: &Path) -> Option<(&str, &str)> {
    let text = path.to_str()?;
    // A reference of git does not begin with a hyphen, so that git cannot take it for an option.
    let is_named = !text.contains("://") && !text.starts_with('-');
    text.split_once(':').filter(|_| is_named && !path.exists())
}

fn current_folder() -> PathBuf {
    std::env::current_dir().unwrap_or_default()
}

/// Returns a path as forges, git and documents write it on every system.
fn with_slashes(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// Removes `.` and `..` from a path by its text: links are not followed, so that a report names a file as
/// the command line does.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => {
                plain.push(component);
            }
        }
    }
    plain
}
