//! Where a contract is: in a file, or at a URL.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

/// Where a contract is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file, and those below its folder that it refers to.
    File(PathBuf),
    /// A document that a server has, and those below its path that it refers to.
    Url(String),
}

impl From<OsString> for Place {
    fn from(text: OsString) -> Place {
        match text.to_str() {
            Some(url) if url.contains("://") => Place::Url(url.to_owned()),
            Some(_) | None => Place::File(text.into()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(path) => path.display().fmt(formatter),
            Place::Url(url) => formatter.write_str(url),
        }
    }
}
