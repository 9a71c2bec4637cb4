//! Where a store is.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::sqlite::SqliteFile;

/// A store that can be opened. Neither its `Debug` nor its `Display` shows a password.
#[derive(Clone)]
pub enum Location {
    /// `sqlite:PATH`: a file, for one server process.
    Sqlite(SqliteFile),
}

impl Location {
    /// The SQLite file.
    pub fn sqlite_file(&self) -> &Path {
        match self {
            Self::Sqlite(file) => file.path(),
        }
    }
}

impl FromStr for Location {
    type Err = String;

    /// Reads `sqlite:PATH`, `sqlite://PATH` or a PostgreSQL URI
    /// (<https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS>). What the URI leaves out comes from
    /// `PGHOST`, `PGUSER`, `PGPASSWORD` and their like, and from `.pgpass`.
    ///
    /// The message of an error does not repeat the URL, which may hold a password.
    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let Some(path) = url.strip_prefix("sqlite:") else {
            return Err("only SQLite is supported; write it as sqlite:PATH".to_owned());
        };
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.starts_with(":memory:") {
            return Err(
                "a database in memory would forget revocations; name a file, as sqlite:PATH"
                    .to_owned(),
            );
        }
        if path.contains('?') {
            return Err(
                "parameters behind `?` are not supported; write just sqlite:PATH".to_owned(),
            );
        }
        if Path::new(path).is_dir() {
            return Err("this is a directory; name a file in it, as sqlite:PATH".to_owned());
        }
        Ok(Self::Sqlite(SqliteFile::new(path)))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(formatter, "sqlite:{}", file.path().display()),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
