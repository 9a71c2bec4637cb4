//! The source of a slice.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use openapi::cli::{Exit, Failure};
use url::Url;

use super::fetch;
use super::limit::{self, too_large};

/// A URL or a local file.
#[derive(Debug)]
pub(super) enum Source {
    Url(Url),
    File(PathBuf),
}

impl Source {
    /// Parses the value of `--from`.
    pub(super) fn parse(from: &str) -> Result<Self, Failure> {
        let usage = |message: String| Failure::new(Exit::Usage, message);
        if !from.contains("://") {
            return Ok(Self::File(PathBuf::from(from)));
        }
        let url = Url::parse(from)
            .map_err(|error| usage(format!("--from {from} is not a URL: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(usage(format!(
                "--from {from}: only http and https are supported; name a file by its path"
            )));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(usage(
                "--from contains credentials, which would be written to the README: download the \
                 document by other means and name the file"
                    .to_owned(),
            ));
        }
        Ok(Self::Url(url))
    }

    /// Reads the text, in no more than `time` if it is downloaded.
    pub(super) fn text(&self, time: Duration) -> Result<String, Failure> {
        let bytes = match self {
            Self::Url(url) => fetch::bytes(url, time)?,
            Self::File(path) => read(path)?,
        };
        String::from_utf8(bytes).map_err(|error| {
            let start = error.utf8_error().valid_up_to();
            Failure::unreadable(format!(
                "{self}: not UTF-8 text: the byte at offset {start} is not part of a character"
            ))
        })
    }

    /// Returns the text that names the source in the README, without this machine's folders.
    pub(super) fn for_readme(&self) -> String {
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

/// Reads a file.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let name = path.display().to_string();
    let bytes = std::fs::File::open(path)
        .and_then(limit::read)
        .map_err(|error| Failure::unreadable(format!("cannot read {name}: {error}")))?;
    bytes.ok_or_else(|| too_large(&name))
}
