//! Where a slice is pulled from.

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

use super::{MOST_BYTES, fetch};
use openapi::cli::{Exit, Failure};

/// An address, or a file that somebody saved.
#[derive(Debug)]
pub(super) enum Source {
    Url(Url),
    File(PathBuf),
}

impl Source {
    /// What the command line names.
    pub(super) fn of(from: &str) -> Result<Self, Failure> {
        let usage = |message: String| Failure::new(Exit::Usage, message);
        if !from.contains("://") {
            return Ok(Self::File(PathBuf::from(from)));
        }
        let url =
            Url::parse(from).map_err(|error| usage(format!("--from {from} is no URL: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(usage(format!(
                "--from {from}: only http and https are fetched; give a file by its path"
            )));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(usage(
                "--from holds credentials, and would be written down with them: save the document \
                 by other means and give the file"
                    .to_owned(),
            ));
        }
        Ok(Self::Url(url))
    }

    /// The text there, of no more than [`MOST_BYTES`] and, if it is fetched, in no more than `time`.
    pub(super) fn text(&self, time: Duration) -> Result<String, Failure> {
        let bytes = match self {
            Self::Url(url) => fetch::bytes(url, time)?,
            Self::File(path) => read(path)?,
        };
        String::from_utf8(bytes).map_err(|error| {
            let start = error.utf8_error().valid_up_to();
            Failure::unreadable(format!(
                "{self}: not UTF-8 text: the byte at offset {start} belongs to no character"
            ))
        })
    }

    /// The source as it is noted for later readers, who do not have this machine's folders.
    pub(super) fn noted(&self) -> String {
        match self {
            Self::Url(url) => format!("<{url}>"),
            Self::File(path) => {
                let name = path.file_name().unwrap_or(path.as_os_str());
                format!("the file `{}`", name.display())
            }
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => write!(formatter, "{url}"),
            Self::File(path) => write!(formatter, "{}", path.display()),
        }
    }
}

/// That there is more than is read of any slice.
pub(super) fn too_large(name: &str) -> Failure {
    Failure::unreadable(format!(
        "{name} holds more than {} MiB, which no slice does: check what it is",
        MOST_BYTES >> 20
    ))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let name = path.display().to_string();
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::unreadable(format!("cannot read {name}: {error}")))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(too_large(&name));
    }
    Ok(bytes)
}
