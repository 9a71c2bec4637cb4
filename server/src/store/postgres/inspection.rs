//! An inspection of a PostgreSQL database, which changes nothing in it.

use sqlx::postgres::Postgres;
use sqlx::{Executor, Row};

use super::super::error::StoreError;
use super::super::inspection::{Failover, Inspection, inspect_tables};
use super::primary::Primary;
use super::schema::{applied, migrator};
use super::url::PostgresUrl;
use crate::timestamp::Timestamp;

/// The clock, and whether standbys follow and commits wait for them. Every role sees that.
const STATE: &str =
    "SELECT clock_timestamp() AS now, EXISTS (SELECT 1 FROM pg_stat_replication) AS has_standby,
     current_setting('synchronous_standby_names') <> '' AS is_synchronous,
     current_setting('default_transaction_read_only') = 'on' AS is_read_only,
     current_setting('full_page_writes') = 'off' AS writes_parts_of_pages";

/// Inspects this database.
pub(crate) async fn inspect(url: &PostgresUrl) -> Result<Inspection, StoreError> {
    let mut connection = Primary::among(url).connect().await?.connection;
    let row = connection.fetch_one(STATE).await?;
    if row.try_get("is_read_only")? {
        return Err(StoreError::Unavailable("it takes no writes".to_owned()));
    }
    let now = Timestamp::from_utc(row.try_get("now")?);
    let has_standby: bool = row.try_get("has_standby")?;
    let failover = Failover {
        has_standby,
        is_possible: has_standby || url.hosts.len() > 1,
        is_synchronous: row.try_get("is_synchronous")?,
        is_one_host: url.hosts.len() == 1,
    };
    let migrator = migrator();
    let applied = applied(&mut connection, &migrator).await?;
    let inspection =
        inspect_tables::<Postgres, _>(connection, &migrator, &applied, Timestamp::from_utc).await?;
    Ok(Inspection {
        now: Some(now),
        failover: Some(failover),
        writes_parts_of_pages: row.try_get("writes_parts_of_pages")?,
        ..inspection
    })
}
