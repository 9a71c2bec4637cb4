//! An inspection of a PostgreSQL database, which changes nothing in it.

use chrono::{DateTime, Utc};
use sqlx::migrate::Migrate;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Row};

use super::super::error::StoreError;
use super::super::inspection::{HAS_TOKENS, Inspection};
use super::super::migrations;
use super::schema::migrator;
use super::session;
use crate::timestamp::Timestamp;

/// Inspects this database.
pub(crate) async fn inspect(options: &PgConnectOptions) -> Result<Inspection, StoreError> {
    let mut connection = session::begin(options).await?;
    let row = sqlx::query("SELECT to_regclass('_sqlx_migrations') IS NOT NULL, clock_timestamp()")
        .fetch_one(&mut connection)
        .await?;
    let now = Timestamp::from_utc(row.try_get(1)?);
    let migrator = migrator();
    let applied = if row.try_get(0)? {
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
