//! Opening the store and the keys.

use crate::config::Storage;
use crate::domain::keys::{IfMissing, KeyError, KeyRing};
use crate::exit::Failure;
use crate::store::{Location, Store, StoreError, inspect};

/// The purpose that a store is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To serve: only one process at a time may serve a SQLite file.
    Serve,
    /// To run one command, possibly beside a server.
    Administer,
}

/// Opens the store, migrated, and the key ring; creates both at first start. With PostgreSQL only an administering command
/// creates the key file: three replicas that start together would make three.
///
/// # Errors
///
/// [`Failure::Store`] or [`Failure::Keys`].
pub(crate) async fn open(storage: &Storage, purpose: Purpose) -> Result<(Store, KeyRing), Failure> {
    let (store, _) = open_migrated(storage.location(), purpose).await?;
    let tokens_exist = store
        .has_tokens()
        .await
        .map_err(|source| Failure::store(storage.location(), source))?;
    let if_missing = match (tokens_exist, storage.location(), purpose) {
        (true, _, _) => IfMissing::Lost,
        (false, Location::Postgres(_), Purpose::Serve) => IfMissing::Missing,
        (false, Location::Sqlite(_), _) | (false, Location::Postgres(_), Purpose::Administer) => {
            IfMissing::Create
        }
    };
    let keys = KeyRing::open(&storage.keys()?, if_missing)?;
    Ok((store, keys))
}

/// Reads the key ring again, for a store with tokens.
///
/// # Errors
///
/// [`KeyError`].
pub(crate) fn read_keys(storage: &Storage) -> Result<KeyRing, KeyError> {
    KeyRing::open(&storage.keys()?, IfMissing::Lost)
}

/// Opens the store and brings its schema to the one of this program. Also returns the migrations that were applied.
///
/// # Errors
///
/// [`Failure::Store`].
pub(crate) async fn open_migrated(
    at: &Location,
    purpose: Purpose,
) -> Result<(Store, Vec<String>), Failure> {
    let failed = |source| Failure::store(at, source);
    let store = Store::open(at).await.map_err(failed)?;
    match purpose {
        // Before the migration, for which a running server would not be prepared.
        Purpose::Serve => store.claim().map_err(failed)?,
        Purpose::Administer => {}
    }
    let applied = store.migrate().await.map_err(failed)?;
    Ok((store, applied))
}

/// Opens the store as it is. It neither creates nor migrates a database: a server of another version may run on it.
///
/// # Errors
///
/// [`StoreError::Missing`] or [`StoreError::Unavailable`].
pub(crate) async fn open_unchanged(at: &Location) -> Result<Store, StoreError> {
    if let Some(path) = at.sqlite_file()
        && !path.exists()
    {
        return Err(StoreError::Missing(path.display().to_string()));
    }
    let pending = inspect(at).await?.schema.pending;
    if !pending.is_empty() {
        return Err(StoreError::Unavailable(format!(
            "its schema is older than this program: to be applied by `server migrate`: {}",
            pending.join(", ")
        )));
    }
    Store::open(at).await
}
