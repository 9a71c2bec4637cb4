//! An inspection of a SQLite file, which changes nothing in it.

use sqlx::migrate::Migrate;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Row};

use super::super::error::StoreError;
use super::super::inspection::{HAS_TOKENS, Inspection};
use super::super::migrations;
use super::file::SqliteFile;
use super::schema::migrator;
use crate::timestamp::Timestamp;

/// Inspects this file, which must exist and is opened only to read.
pub(crate) async fn inspect(file: &SqliteFile) -> Result<Inspection, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(file.path())
        .read_only(true);
    let mut connection = options.connect().await?;
    let exists: bool =
        sqlx::query("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')")
            .fetch_one(&mut connection)
            .await?
            .try_get(0)?;
    let migrator = migrator();
    let applied = if exists {
        connection
            .list_applied_migrations(&migrator.table_name)
            .await?
    } else {
        Vec::new()
    };
    let schema = migrations::difference(&migrator, &applied);
    // The first step created the table.
    let has_tokens = !applied.is_empty()
        && schema.unknown.is_none()
        && sqlx::query(HAS_TOKENS)
            .fetch_one(&mut connection)
            .await?
            .try_get(0)?;
    let latest = if schema.is_none() {
        let row = sqlx::query("SELECT MAX(at) FROM audit_events")
            .fetch_one(&mut connection)
            .await?;
        row.try_get::<Option<i64>, _>(0)?
            .map(Timestamp::from_micros)
    } else {
        None
    };
    connection.close().await?;
    Ok(Inspection {
        schema,
        now: None,
        has_tokens,
        latest,
    })
}
