//! A look at a store that changes nothing in it: what `server doctor` asks before anything is opened in earnest.

use chrono::{DateTime, Utc};
use sqlx::migrate::Migrate;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Row};

use super::location::Location;
use super::migrations::{self, Difference};
use super::{HAS_TOKENS, StoreError, postgres, sqlite};
use crate::timestamp::Timestamp;

/// What was seen.
#[derive(Debug)]
pub(crate) struct Inspection {
    /// How its schema differs from this program's.
    pub(crate) schema: Difference,
    /// What its own clock says, where it has one.
    pub(crate) now: Option<Timestamp>,
    /// Whether a token has ever been minted there; not told of a schema that this program does not know.
    pub(crate) has_tokens: bool,
    /// The latest instant on its record, when its schema is this program's and something is on record.
    pub(crate) latest: Option<Timestamp>,
}

/// Looks at the store at this location. A SQLite file must exist; it is opened only to read.
///
/// # Errors
///
/// [`StoreError`] when it cannot be reached or read, or is one that would not keep what it acknowledges.
pub(crate) async fn inspect(location: &Location) -> Result<Inspection, StoreError> {
    match location {
        Location::Sqlite(file) => {
            let options = SqliteConnectOptions::new()
                .filename(file.path())
                .read_only(true);
            let mut connection = options.connect().await?;
            let exists: bool = sqlx::query(
                "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')",
            )
            .fetch_one(&mut connection)
            .await?
            .try_get(0)?;
            let migrator = sqlite::migrator();
            let applied = if exists {
                connection
                    .list_applied_migrations(&migrator.table_name)
                    .await?
            } else {
                Vec::new()
            };
            let schema = migrations::difference(&migrator, &applied);
            // Its first step made the table.
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
        Location::Postgres(options) => {
            let mut connection = postgres::session(options).await?;
            let row = sqlx::query(
                "SELECT to_regclass('_sqlx_migrations') IS NOT NULL, clock_timestamp()",
            )
            .fetch_one(&mut connection)
            .await?;
            let now = Timestamp::from_utc(row.try_get(1)?);
            let migrator = postgres::migrator();
            let applied = if row.try_get(0)? {
                connection
                    .list_applied_migrations(&migrator.table_name)
                    .await?
            } else {
                Vec::new()
            };
            let schema = migrations::difference(&migrator, &applied);
            // Its first step made the table.
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
                row.try_get::<Option<DateTime<Utc>>, _>(0)?
                    .map(Timestamp::from_utc)
            } else {
                None
            };
            connection.close().await?;
            Ok(Inspection {
                schema,
                now: Some(now),
                has_tokens,
                latest,
            })
        }
    }
}
