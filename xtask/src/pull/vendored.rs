//! The vendored slice, and the line in its README that names its source.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, Utc};
use openapi::cli::{Failure, parse};
use openapi::{Document, sha256_hex};
use tempfile::NamedTempFile;

use super::source::Source;
use crate::programs;

/// The slice's file.
pub(super) const SLICE: &str = "revoke-token.json";
/// The file that describes the slices.
pub(super) const README: &str = "README.md";
/// The beginning of the line with date and source.
const PULLED: &str = "Pulled: ";

/// The slice in a folder.
pub(super) struct Vendored {
    folder: PathBuf,
    pub(super) text: String,
    pub(super) document: Document,
    readme: String,
}

impl Vendored {
    /// Reads the slice in `folder`, by default the embedded one.
    pub(super) fn read(folder: Option<&Path>) -> Result<Self, Failure> {
        let embedded = || programs::workspace_root().join("openapi/published");
        let folder = folder.map_or_else(embedded, Path::to_owned);
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path).map_err(|error| {
                Failure::unreadable(format!("cannot read {}: {error}", path.display()))
            })
        };
        let text = read(SLICE)?;
        Ok(Self {
            document: parse(SLICE, &text)?,
            readme: read(README)?,
            folder,
            text,
        })
    }

    /// Replaces the slice by `text`, and hash, date and source in the README. Each file is replaced
    /// atomically, after both new files are written beside the old ones.
    pub(super) fn replace(&self, text: &str, source: &Source) -> Result<(), Failure> {
        let today = Utc::now().date_naive();
        let readme = updated(&self.readme, &sha256_hex(text), today, source)?;
        let slice = self.prepare(SLICE, text)?;
        let readme = self.prepare(README, &readme)?;
        self.put(slice, SLICE)?;
        self.put(readme, README)
    }

    /// Writes a new file beside the one that it replaces, with the same permissions.
    fn prepare(&self, name: &str, text: &str) -> Result<NamedTempFile, Failure> {
        let write = || -> io::Result<NamedTempFile> {
            let permissions = std::fs::metadata(self.folder.join(name))?.permissions();
            let mut file = NamedTempFile::new_in(&self.folder)?;
            file.write_all(text.as_bytes())?;
            file.as_file().set_permissions(permissions)?;
            file.as_file().sync_all()?;
            Ok(file)
        };
        write().map_err(|error| self.cannot_write(name, &error))
    }

    fn put(&self, file: NamedTempFile, name: &str) -> Result<(), Failure> {
        file.persist(self.folder.join(name))
            .map(|_| ())
            .map_err(|error| self.cannot_write(name, &error.error))
    }

    fn cannot_write(&self, name: &str, error: &io::Error) -> Failure {
        let path = self.folder.join(name);
        Failure::unreadable(format!("cannot write {}: {error}", path.display()))
    }
}

/// Returns the README with a new hash in the slice's row, and a new date and source.
fn updated(readme: &str, sha256: &str, day: NaiveDate, source: &Source) -> Result<String, Failure> {
    let row = format!("| `{SLICE}` |");
    let (mut rows, mut notes) = (0, 0);
    let mut lines = Vec::new();
    for line in readme.lines() {
        if let Some(cells) = line.strip_prefix(&row)
            && let Some((before, _)) = cells.rsplit_once("| `")
        {
            rows += 1;
            lines.push(format!("{row}{before}| `{sha256}` |"));
        } else if line.starts_with(PULLED) {
            notes += 1;
            lines.push(format!("{PULLED}{day} from {}", source.for_readme()));
        } else {
            lines.push(line.to_owned());
        }
    }
    if (rows, notes) != (1, 1) {
        return Err(Failure::unreadable(format!(
            "{README} has {rows} rows for {SLICE} and {notes} lines that begin with `{PULLED}`; it must have \
             one of each: nothing was written"
        )));
    }
    Ok(lines.join("\n") + "\n")
}
