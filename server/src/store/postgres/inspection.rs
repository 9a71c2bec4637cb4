//! An inspection of a PostgreSQL database, which changes nothing in it.

use sqlx::postgres::Postgres;
use sqlx::{Executor, Row};

use super::super::error::StoreError;
use super::super::inspection::{Inspection, inspect_tables};
use super::primary::Primary;
use super::schema::{applied, migrator};
use super::url::PostgresUrl;
use crate::timestamp::Timestamp;

/// Inspects this database.
pub(crate) async fn inspect(url: &PostgresUrl) -> Result<Inspection, StoreError> {
    let mut connection = Primary::among(&url.hosts).connect().await?.connection;
    let row = connection.fetch_one("SELECT clock_timestamp()").await?;
    let now = Timestamp::from_utc(row.try_get(0)?);
    let migrator = migrator();
    let applied = applied(&mut connection, &migrator).await?;
    let inspection =
        inspect_tables::<Postgres, _>(connection, &migrator, &applied, Timestamp::from_utc).await?;
    Ok(Inspection {
        now: Some(now),
        ..inspection
    })
}
