//! Documents as the command line names them: a file, `-` for standard input, or `REV:PATH` for what
//! git holds.

use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use ::openapi::Document;

use crate::exit::Failure;

/// The name on the command line for standard input.
pub(crate) const STANDARD_INPUT: &str = "-";

/// Reads a document: from standard input, from a file, or from git where no such file exists.
pub(crate) fn read(path: &Path) -> Result<Document, Failure> {
    if path.as_os_str() == STANDARD_INPUT {
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::unreadable(format!("cannot read standard input: {error}")))?;
        return document("standard input", bytes);
    }
    let name = path.display().to_string();
    let bytes = match revision_of(path) {
        Some(object) => from_git(object)?,
        None if name.contains("://") => {
            return Err(Failure::unreadable(format!(
                "cannot read {name}: nothing is fetched here: download it first, or hand it in by \
                 `curl … | cargo xtask openapi diff - …`"
            )));
        }
        None => std::fs::read(path)
            .map_err(|error| Failure::unreadable(format!("cannot read {name}: {error}")))?,
    };
    document(&name, bytes)
}

/// The file that a reader of a report opens, relative to the repository's top folder as forges name
/// files; `None` for standard input.
pub(crate) fn file_of(path: &Path) -> Option<String> {
    if path.as_os_str() == STANDARD_INPUT {
        return None;
    }
    if let Some((_, inside)) = revision_of(path).and_then(|object| object.split_once(':')) {
        return Some(inside.trim_start_matches("./").to_owned());
    }
    let current = std::env::current_dir().unwrap_or_default();
    let full = without_dots(&current.join(path));
    let top = current
        .ancestors()
        .find(|folder| folder.join(".git").exists())
        .unwrap_or(&current);
    let shown = full.strip_prefix(top).unwrap_or(&full);
    // Annotations and SARIF separate folders by slashes wherever they are made.
    Some(shown.display().to_string().replace('\\', "/"))
}

/// The path as git's name of an object (`main:openapi.json`), when it is that and no file.
fn revision_of(path: &Path) -> Option<&str> {
    let text = path.to_str()?;
    // Git's references do not begin with a hyphen, so that nothing here is taken for an option.
    let named = text.contains(':') && !text.contains("://") && !text.starts_with('-');
    (named && !path.exists()).then_some(text)
}

/// The content of `object` as git holds it, without filters and conversions.
fn from_git(object: &str) -> Result<Vec<u8>, Failure> {
    let (revision, inside) = object.split_once(':').unwrap_or((object, ""));
    let output = Command::new("git")
        .args(["cat-file", "blob", object])
        .env("LC_ALL", "C")
        .output()
        .map_err(|error| {
            Failure::unreadable(format!(
                "cannot read {object}: no such file exists, and git, which could know a revision of \
                 that name, does not run: {error}"
            ))
        })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim().lines().next().unwrap_or_default();
    Err(Failure::unreadable(format!(
        "cannot read {object}: no such file exists, and git holds no `{inside}` at `{revision}`: \
         {said}\n\
         `git ls-tree -r --name-only {revision}` lists the paths there, all from the repository's top \
         folder; a shallow clone lacks other branches until `git fetch` brings them"
    )))
}

fn document(name: &str, bytes: Vec<u8>) -> Result<Document, Failure> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let start = error.utf8_error().valid_up_to();
        Failure::unreadable(format!(
            "{name}: not UTF-8 text: the byte at offset {start} belongs to no character"
        ))
    })?;
    super::parse(name, &text)
}

/// The path without `.` and `..`, by its text: a report names a file as its reader wrote it, links
/// not followed.
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
