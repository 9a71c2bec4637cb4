//! The inspection of a store, which changes nothing in it.

use sqlx::migrate::{AppliedMigration, Migrator};
use sqlx::{Connection, Database, Executor, FromRow, IntoArguments, query_scalar};

use super::error::StoreError;
use super::migrations::{self, Difference};
use crate::timestamp::Timestamp;

/// The query whether there is any token, for both databases.
pub(super) const HAS_TOKENS: &str = "SELECT EXISTS (SELECT 1 FROM tokens)";

/// What was found.
#[derive(Debug)]
pub(crate) struct Inspection {
    /// The differences of its schema from this program's.
    pub(crate) schema: Difference,
    /// The time of its own clock, where it has one.
    pub(crate) now: Option<Timestamp>,
    /// Whether a token has ever been minted there; `false` with a schema that this program does not know.
    pub(crate) has_tokens: bool,
    /// What happens in a failover, where there can be one.
    pub(crate) failover: Option<Failover>,
    /// Whether a crash of the machine can leave a page half written, unless its file system excludes that.
    pub(crate) writes_parts_of_pages: bool,
    /// The latest instant in its audit trail, when its schema is this program's and the trail is not empty.
    pub(crate) latest: Option<Timestamp>,
}

/// What decides whether a failover keeps each acknowledged revocation.
#[derive(Debug)]
pub(crate) struct Failover {
    /// Whether a standby follows.
    pub(crate) has_standby: bool,
    /// Whether a standby follows, or the URL names several hosts.
    pub(crate) is_possible: bool,
    /// Whether each commit waits for a standby.
    pub(crate) is_synchronous: bool,
    /// Whether the URL names one host alone.
    pub(crate) is_one_host: bool,
}

/// Inspects the tables of either database, which stores an instant as a `T`, and closes the connection.
pub(super) async fn inspect_tables<DB, T>(
    mut connection: DB::Connection,
    migrator: &Migrator,
    applied: &[AppliedMigration],
    timestamp: fn(T) -> Timestamp,
) -> Result<Inspection, StoreError>
where
    DB: Database,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
    (bool,): for<'r> FromRow<'r, DB::Row>,
    (Option<T>,): for<'r> FromRow<'r, DB::Row>,
    T: Send + Unpin,
{
    let schema = migrations::difference(migrator, applied);
    // The first step created the table.
    let has_tokens = !applied.is_empty()
        && schema.unknown.is_none()
        && query_scalar(HAS_TOKENS).fetch_one(&mut connection).await?;
    let latest: Option<T> = if schema.is_none() {
        query_scalar("SELECT MAX(at) FROM audit_events")
            .fetch_one(&mut connection)
            .await?
    } else {
        None
    };
    connection.close().await?;
    Ok(Inspection {
        schema,
        now: None,
        failover: None,
        writes_parts_of_pages: false,
        has_tokens,
        latest: latest.map(timestamp),
    })
}
