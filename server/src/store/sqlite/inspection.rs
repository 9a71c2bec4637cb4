//! An inspection of a SQLite file, which changes nothing in it.

use sqlx::migrate::Migrate;
use sqlx::sqlite::{Sqlite, SqliteConnectOptions};
use sqlx::{ConnectOptions, Executor, Row};

use super::super::error::StoreError;
use super::super::inspection::{Inspection, inspect_tables};
use super::file::SqliteFile;
use super::schema::migrator;
use crate::timestamp::Timestamp;

/// Inspects this file, which must exist and is opened only to read.
pub(crate) async fn inspect(file: &SqliteFile) -> Result<Inspection, StoreError> {
    file.require_one_name()?;
    let options = SqliteConnectOptions::new()
        .filename(file.path())
        .read_only(true);
    let mut connection = options.connect().await?;
    let exists: bool = connection
        .fetch_one("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')")
        .await?
        .try_get(0)?;
    let migrator = migrator();
    let applied = if exists {
        let table = &*migrator.table_name;
        connection.list_applied_migrations(table).await?
    } else {
        Vec::new()
    };
    inspect_tables::<Sqlite, _>(connection, &migrator, &applied, Timestamp::from_micros).await
}
