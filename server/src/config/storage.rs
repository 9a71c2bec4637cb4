//! The options that name the database and the keys.

use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::SecretString;

use crate::domain::keys::{self, KeyError, KeySource};
use crate::store::Location;

/// The option that names the database.
#[derive(Clone, Debug, Args)]
pub struct Database {
    /// Database: `sqlite:PATH`, created at first start; or `postgres://USER@HOST:PORT/DATABASE`, which replicas share
    #[arg(
        id = "database",
        long = "database",
        value_name = "URL",
        env = "DZ_DATABASE",
        hide_env_values = true,
        default_value = "sqlite:dz-tokens.db"
    )]
    pub location: Location,
}

/// The options that name the database and the keys.
#[derive(Clone, Debug, Args)]
pub struct Storage {
    /// The database.
    #[command(flatten)]
    pub database: Database,
    /// Key file; created at first start, mode 0600 [default: beside the SQLite file, as PATH.keys.json]. With PostgreSQL it is
    /// required, the same for all replicas, and created by the first `bootstrap`. To use no file, give its contents in the
    /// environment variable DZ_KEY_RING
    #[arg(long, value_name = "FILE", env = "DZ_KEYS")]
    pub keys: Option<PathBuf>,
    /// The key ring from the environment variable `DZ_KEY_RING`, if it is set.
    #[arg(skip = keys::from_environment())]
    pub key_ring: Option<SecretString>,
}

impl Storage {
    /// Returns the location of the database.
    pub fn location(&self) -> &Location {
        &self.database.location
    }

    /// Returns where the keys are: in the environment, in the named file, or in the default file beside a SQLite file.
    ///
    /// # Errors
    ///
    /// [`KeyError::Unnamed`] with PostgreSQL, which has no default file.
    pub fn keys(&self) -> Result<KeySource, KeyError> {
        if let Some(ring) = &self.key_ring {
            return Ok(KeySource::Environment(ring.clone()));
        }
        let beside = |file: &Path| file.with_added_extension("keys.json");
        self.keys
            .clone()
            .or_else(|| self.location().sqlite_file().map(beside))
            .map(KeySource::File)
            .ok_or(KeyError::Unnamed)
    }
}
