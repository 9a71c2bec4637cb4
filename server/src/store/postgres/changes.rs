//! What was changed between two snapshots, as recorded by the transactions that changed it.
//!
//! Each statement of ours that writes inserts a row, in the same transaction, that says what it changed of tokens. Two snapshots
//! show which transactions ended between them, and if all of those have a row, nothing else has changed. A transaction without a
//! row is another program's, such as an operator's shell, and may have changed anything.

use sqlx::Row;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::super::cached_reads::Changes;
use super::super::error::StoreError;
use super::connections::Work;
use super::snapshot::{Snapshot, snapshot_column};

/// The rows of these transactions. A row counts only for the transaction that inserted it: numbers that a backup brings from
/// another server, or from an earlier run of this one, are those of other transactions.
const CHANGES: &str = concat!(
    "SELECT ",
    snapshot_column!(),
    ", c.xid::text, c.jtis, c.users
     FROM (VALUES (true)) AS now LEFT JOIN changes c ON c.xid = ANY($1::text[]::xid8[]) AND c.xid::xid = c.xmin"
);

/// The number of transactions whose rows are kept: older rows are never asked for.
///
/// A statement that writes anyway deletes them: a transaction that did only that would have no row.
pub(super) const MAX_KEPT: i64 = 10_000;

/// The question of what was changed between two snapshots, answered with `None` when that is unknown.
pub(super) struct Between<'a> {
    pub(super) from: &'a Snapshot,
    pub(super) to: &'a Snapshot,
}

impl Work for Between<'_> {
    type Output = Option<Changes>;

    async fn run_on(&self, connection: &mut PgConnection) -> Result<Option<Changes>, StoreError> {
        let Some(mut missing) = self.to.ended_since(self.from) else {
            return Ok(None);
        };
        let asked: Vec<String> = missing.iter().map(ToString::to_string).collect();
        let rows = sqlx::query(CHANGES)
            .bind(asked)
            .fetch_all(connection)
            .await?;
        let mut changes = Changes::default();
        // The snapshot is the same in each row.
        let first = rows.first();
        let read_at = first.map(|row| Snapshot::from_row(row, 0)).transpose()?;
        if !read_at.is_some_and(|read_at| read_at.is_of_session(self.to)) {
            return Ok(None);
        }
        for row in &rows {
            let Some(xid) = row.try_get::<Option<&str>, _>(1)? else {
                continue;
            };
            let xid: u64 = xid
                .parse()
                .map_err(|_| StoreError::Inconsistent(format!("{xid:?} is not a transaction")))?;
            missing.retain(|transaction| *transaction != xid);
            changes.jtis.extend(row.try_get::<Vec<Uuid>, _>(2)?);
            changes.users.extend(row.try_get::<Vec<Uuid>, _>(3)?);
        }
        Ok(missing.is_empty().then_some(changes))
    }
}

/// Inserts the row of the transaction that this connection is in.
pub(super) async fn record(
    connection: &mut PgConnection,
    changes: &Changes,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO changes (jtis, users) VALUES ($1, $2)")
        .bind(&changes.jtis)
        .bind(&changes.users)
        .execute(connection)
        .await?;
    Ok(())
}
