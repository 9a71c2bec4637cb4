//! Documents by their names on the command line: a file, `-` for standard input, or `REV:PATH` as in git.

use std::io::{ErrorKind, Read as _};
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use super::exit::Failure;
use crate::folder::read_below;
use crate::shown::visible;
use crate::{DanglingReferences, Document};

/// The name for standard input.
pub(super) const STANDARD_INPUT: &str = "-";

/// Reads a document from standard input, from a file or, if no such file exists, from git.
///
/// # Errors
///
/// [`Exit::Unreadable`](super::Exit::Unreadable), for a document that cannot be read, parsed or resolved.
pub fn read(path: &Path) -> Result<Document, Failure> {
    read_with(path, DanglingReferences::Refused)
}

/// Reads the base of a comparison, in which references may dangle.
///
/// # Errors
///
/// [`Exit::Unreadable`](super::Exit::Unreadable), for a document that cannot be read or parsed.
pub(super) fn read_base(path: &Path) -> Result<Document, Failure> {
    read_with(path, DanglingReferences::Kept)
}

fn read_with(path: &Path, dangling: DanglingReferences) -> Result<Document, Failure> {
    if path.as_os_str() == STANDARD_INPUT {
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::unreadable(format!("cannot read standard input: {error}")))?;
        return document("standard input", bytes, dangling, |_| {
            Err("standard input is not in a folder".to_owned())
        });
    }
    let name = path.display().to_string();
    if let Some(object) = revision_of(path) {
        let bytes = from_git(object)?;
        // `main:api/openapi.yaml` is in `main:api/`, `main:openapi.yaml` in `main:`.
        let end = object
            .rfind(['/', ':'])
            .map_or(0, |separator| separator + 1);
        let folder = &object[..end];
        return document(&name, bytes, dangling, |file| {
            let bytes =
                from_git(&format!("{folder}{file}")).map_err(|failure| failure.in_one_line())?;
            String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
        });
    }
    if name.contains("://") {
        return Err(Failure::unreadable(format!(
            "cannot read {}: nothing is fetched here: download it first, or pass it on standard \
             input, with - in its place: `curl … | …`",
            visible(&name)
        )));
    }
    let bytes = std::fs::read(path).map_err(|error| {
        let hint = hint(path, &error);
        Failure::unreadable(format!("cannot read {}: {error}{hint}", visible(&name)))
    })?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    document(&name, bytes, dangling, |file| read_below(&folder, file))
}

/// Reads a file of settings, and returns its name as well.
///
/// # Errors
///
/// [`Exit::Unreadable`](super::Exit::Unreadable), for a file that cannot be read.
pub(super) fn settings(path: &Path, what: &str) -> Result<(String, String), Failure> {
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok((name, text)),
        Err(error) => Err(Failure::unreadable(format!(
            "cannot read the {what} in {}: {error}{}",
            visible(&name),
            hint(path, &error)
        ))),
    }
}

/// Returns a suggestion for the name of a file that cannot be read.
fn hint(path: &Path, error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::IsADirectory => ": name a file in it".to_owned(),
        ErrorKind::NotFound => {
            let folder = match path.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder,
                Some(_) | None => Path::new("."),
            };
            let wanted = path.file_name().unwrap_or_default().to_string_lossy();
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
            match nearest(&wanted, names) {
                Some(name) => {
                    let meant = path.with_file_name(name).display().to_string();
                    format!(": did you mean {}?", visible(&meant))
                }
                None => String::new(),
            }
        }
        _ => String::new(),
    }
}

/// Returns the name that differs from the given one by a typing error or two, if there is one.
fn nearest(given: &str, names: impl Iterator<Item = String>) -> Option<String> {
    let distance = |name: &str| strsim::damerau_levenshtein(name, given);
    names
        .map(|name| (distance(&name), name))
        .filter(|(distance, _)| *distance <= given.chars().count() / 4)
        .min()
        .map(|(_, name)| name)
}

/// Returns the path that a report names, relative to the repository's top folder as forges expect it;
/// `None` for standard input.
pub(super) fn file_of(path: &Path) -> Option<String> {
    if path.as_os_str() == STANDARD_INPUT {
        return None;
    }
    let current = std::env::current_dir().unwrap_or_default();
    let top = repository_of(&current).unwrap_or(&current);
    let full = full_path(path, &current, top);
    let shown = full.strip_prefix(top).unwrap_or(&full);
    // Annotations and SARIF separate folders by slashes on every system.
    Some(shown.display().to_string().replace('\\', "/"))
}

/// Returns the folder that holds the document's file, or would hold it; the current folder for standard input.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    let current = std::env::current_dir().unwrap_or_default();
    if path.as_os_str() == STANDARD_INPUT {
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
    let inside = revision_of(path).and_then(|object| object.split_once(':'));
    let full = match inside {
        // As git resolves it: relative to the current folder only if it begins with a dot.
        Some((_, inside)) if inside.starts_with("./") || inside.starts_with("../") => {
            current.join(inside)
        }
        Some((_, inside)) => top.join(inside),
        None => current.join(path),
    };
    without_dots(&full)
}

/// Returns the path as git's name of an object (`main:openapi.json`), if it is one and no such file exists.
fn revision_of(path: &Path) -> Option<&str> {
    let text = path.to_str()?;
    // A reference of git does not begin with a hyphen, so that git cannot take it for an option.
    let named = text.contains(':') && !text.contains("://") && !text.starts_with('-');
    (named && !path.exists()).then_some(text)
}

/// Reads an object from git, without filters and conversions.
fn from_git(object: &str) -> Result<Vec<u8>, Failure> {
    let shown = visible(object);
    let (revision, inside) = shown.split_once(':').unwrap_or((&shown, ""));
    let output = Command::new("git")
        .args(["cat-file", "blob", object])
        .env("LC_ALL", "C")
        .output()
        .map_err(|error| {
            Failure::unreadable(format!(
                "cannot read {shown}: no such file exists, and git, which could have a revision of \
                 that name, does not run: {error}"
            ))
        })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = visible(said.trim().lines().next().unwrap_or_default());
    // Messages of git: `LC_ALL` above keeps them in English.
    let why = if said.contains("not a git repository") {
        format!(
            "and this folder is not in a git repository, which could have `{inside}` at \
             `{revision}`: run this in one, or name a file"
        )
    } else if said.contains("invalid object name") {
        let meant = nearest(revision, references().into_iter());
        let meant = meant.map_or_else(String::new, |name| format!(", did you mean `{name}`?"));
        format!(
            "and git has no revision `{revision}`{meant}\n\
             `git branch --all` and `git tag` list the revisions; a shallow clone lacks some until \
             `git fetch` gets them"
        )
    } else {
        format!(
            "and git has no `{inside}` at `{revision}`: {said}\n\
             `git ls-tree -r --name-only {revision}` lists the paths there, relative to the \
             repository's top folder"
        )
    };
    Err(Failure::unreadable(format!(
        "cannot read {shown}: no such file exists, {why}"
    )))
}

/// Returns the branches and tags of the repository.
fn references() -> Vec<String> {
    let output = Command::new("git")
        .args(["for-each-ref", "--format=%(refname:short)"])
        .output();
    let listed = output.map(|output| output.stdout).unwrap_or_default();
    let listed = String::from_utf8_lossy(&listed);
    listed.lines().map(str::to_owned).collect()
}

/// Parses a document.
///
/// # Errors
///
/// [`Exit::Unreadable`](super::Exit::Unreadable), with the place of the error.
pub fn parse(name: &str, text: &str) -> Result<Document, Failure> {
    Document::parse(name, text).map_err(|error| Failure::unreadable(error.to_string()))
}

/// Checks a document that is to be published against the whole specification. A comparison accepts more.
///
/// # Errors
///
/// [`Exit::Unreadable`](super::Exit::Unreadable), with the first defect.
pub fn refuse_defects(document: &Document) -> Result<(), Failure> {
    match document.defects().first() {
        None => Ok(()),
        Some(defect) => Err(Failure::unreadable(defect.to_string())),
    }
}

/// Parses a document, whose references to other files are read by `read_file`.
fn document(
    name: &str,
    bytes: Vec<u8>,
    dangling: DanglingReferences,
    read_file: impl FnMut(&str) -> Result<String, String>,
) -> Result<Document, Failure> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let start = error.utf8_error().valid_up_to();
        Failure::unreadable(format!(
            "{}: not UTF-8 text: the byte at offset {start} is not part of a character",
            visible(name)
        ))
    })?;
    Document::parse_with(name, text, dangling, read_file)
        .map_err(|error| Failure::unreadable(error.to_string()))
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
