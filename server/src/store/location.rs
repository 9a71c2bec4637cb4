//! Where a store is: a SQLite file or a PostgreSQL database.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::postgres::{PostgresLimits, PostgresUrl};
use super::sqlite::SqliteFile;

/// A store that can be opened. Neither its `Debug` nor its `Display` shows a password.
#[derive(Clone)]
pub enum Location {
    /// `sqlite:PATH`: a file, for one server process.
    Sqlite(SqliteFile),
    /// `postgres://…`: a database, for any number of server processes.
    Postgres(PostgresUrl),
}

impl Location {
    /// Also accepts a standby of PostgreSQL, for reads that need not be current.
    pub(crate) fn or_standby(mut self) -> Self {
        if let Self::Postgres(url) = &mut self {
            url.accepts_standby = true;
        }
        self
    }

    /// Sets the limits of this process, which a SQLite file does not have.
    #[must_use]
    pub fn limited(mut self, limits: PostgresLimits) -> Self {
        if let Self::Postgres(url) = &mut self {
            url.limits = limits;
        }
        self
    }

    /// Returns the path of the SQLite file, if it is one.
    pub fn sqlite_file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(file) => Some(file.path()),
            Self::Postgres(_) => None,
        }
    }
}

impl FromStr for Location {
    type Err = String;

    /// Reads `sqlite:PATH`, `sqlite://PATH` or the URL of a PostgreSQL database.
    ///
    /// The message of an error does not repeat the URL, which may hold a password.
    fn from_str(url: &str) -> Result<Self, Self::Err> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return url.parse().map(Self::Postgres);
        }
        let Some(path) = url.strip_prefix("sqlite:") else {
            return Err("write it as sqlite:PATH or postgres://USER@HOST/DATABASE".to_owned());
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
                "parameters after `?` are not supported; write just sqlite:PATH".to_owned(),
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
            Self::Postgres(url) => fmt::Display::fmt(url, formatter),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
