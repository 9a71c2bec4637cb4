//! Documents by their names on the command line: a file, `-` for standard input, `REV:PATH` as in git, or a URL.

use std::io::{ErrorKind, Read as _};
use std::path::Path;

use super::exit::{Exit, Failure};
use super::git::Objects;
#[cfg(feature = "network")]
use super::network::Download;
use super::place::{self, Place, STANDARD_INPUT};
use super::suggestion::nearest;
use crate::shown::visible;
use crate::{DanglingReferences, Document, Reading};

/// Reads a document from standard input, from a file or, if no such file exists, from git.
///
/// # Errors
///
/// [`Exit::Unreadable`], for a document that cannot be read, parsed or resolved.
pub fn read(path: &Path) -> Result<Document, Failure> {
    let access = Access {
        root: None,
        network: Network::Refused,
    };
    let mut git = Objects::default();
    read_with(access, &mut git, path, DanglingReferences::Refused)
}

/// What reading documents may access.
#[derive(Clone, Copy)]
pub(super) struct Access<'a> {
    /// The folder below which a document may refer to files; by default the top folder of the repository that holds it, or
    /// its own folder outside of one.
    pub(super) root: Option<&'a Path>,
    pub(super) network: Network,
}

/// Whether documents may be at URLs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Network {
    Allowed,
    /// Until the command line allows it.
    Refused,
}

/// Reads a document that may refer to files.
///
/// # Errors
///
/// [`Exit::Unreadable`], for a document that cannot be read or parsed, or cannot be resolved where
/// no reference may dangle.
pub(super) fn read_with(
    access: Access<'_>,
    git: &mut Objects,
    path: &Path,
    dangling: DanglingReferences,
) -> Result<Document, Failure> {
    let name = path.display().to_string();
    if path.as_os_str() == STANDARD_INPUT {
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::unreadable(format!("cannot read standard input: {error}")))?;
        let reading = Reading {
            dangling,
            folder: "",
        };
        return document("standard input", bytes, reading, |_| {
            Err("standard input is not in a folder".to_owned())
        });
    }
    if place::is_url(path) {
        return from_url(&name, access.network, dangling);
    }
    if let Some((revision, "")) = place::in_git(path) {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "{0}: names a revision, and no file in it: write {0}:PATH, or `--all GLOB` for all whose paths match",
                visible(revision)
            ),
        ));
    }
    let place = Place::of(path, access.root)?;
    let reading = Reading {
        dangling,
        folder: &place.folder,
    };
    if let Some((revision, _)) = place::in_git(path) {
        let bytes = git.read(revision, &place.path())?;
        return document(&name, bytes, reading, |file| {
            let read = git.read(revision, &place.beside(file));
            let bytes = read.map_err(|failure| failure.in_one_line())?;
            String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
        });
    }
    let bytes = std::fs::read(path).map_err(|error| {
        let hint = hint(path, &error);
        Failure::unreadable(format!("cannot read {}: {error}{hint}", visible(&name)))
    })?;
    document(&name, bytes, reading, |file| place.read(file))
}

/// Reads a document at a URL. What it refers to is on the same origin.
#[cfg(feature = "network")]
fn from_url(
    name: &str,
    network: Network,
    dangling: DanglingReferences,
) -> Result<Document, Failure> {
    let cannot =
        |reason: String| Failure::unreadable(format!("cannot read {}: {reason}", visible(name)));
    if network != Network::Allowed {
        return Err(cannot(WHY_REFUSED.to_owned()));
    }
    let mut download = Download::of(name).map_err(cannot)?;
    let bytes = download.document().map_err(cannot)?;
    let folder = download.folder();
    let reading = Reading {
        dangling,
        folder: &folder,
    };
    document(name, bytes, reading, |file| download.file(file))
}

/// Refuses a document at a URL: this program was built without a client.
#[cfg(not(feature = "network"))]
fn from_url(name: &str, network: Network, _: DanglingReferences) -> Result<Document, Failure> {
    let reason = match network {
        Network::Allowed => "this program was built without the feature `network`",
        Network::Refused => WHY_REFUSED,
    };
    let name = visible(name);
    Err(Failure::unreadable(format!("cannot read {name}: {reason}")))
}

/// Why nothing is fetched, and what to do.
const WHY_REFUSED: &str = "nothing is fetched unless `--allow-network` is given; a document can also come on standard input, with - in \
                           its place: `curl … | …`";

/// Reads a file of settings, and returns its name as well.
///
/// # Errors
///
/// [`Exit::Unreadable`], for a file that cannot be read.
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

/// Parses a document.
///
/// # Errors
///
/// [`Exit::Unreadable`], with the place of the error.
pub fn parse(name: &str, text: &str) -> Result<Document, Failure> {
    Document::parse(name, text).map_err(|error| Failure::unreadable(error.to_string()))
}

/// Checks a document that is to be published against the whole specification. A comparison accepts more.
///
/// # Errors
///
/// [`Exit::Unreadable`], with the first defect.
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
    reading: Reading<'_>,
    read_file: impl FnMut(&str) -> Result<String, String>,
) -> Result<Document, Failure> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let start = error.utf8_error().valid_up_to();
        Failure::unreadable(format!(
            "{}: not UTF-8 text: the byte at offset {start} is not part of a character",
            visible(name)
        ))
    })?;
    Document::parse_with(name, text, reading, read_file)
        .map_err(|error| Failure::unreadable(error.to_string()))
}
