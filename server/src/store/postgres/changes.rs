//! What was changed between two moments, as those tell it who changed it.
//!
//! Each statement of ours that writes leaves a row, in the same transaction, that says what of tokens it changed. From two moments
//! it is known which transactions were committed between them, and where all of those have a row, nothing else has changed. One
//! without a row is somebody else's, an operator's with a shell, who may have changed anything.

use sqlx::Row;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::super::error::StoreError;
use super::connections::Work;
use super::moment::{Moment, moment_column};

/// The rows of these transactions. A row counts only for the transaction that inserted it: numbers that a backup brings from
/// another server, or from another life of this one, are those of other transactions.
const CHANGES: &str = concat!(
    "SELECT ",
    moment_column!(),
    ", c.xid::text, c.jtis, c.users
     FROM (VALUES (true)) AS now LEFT JOIN changes c ON c.xid = ANY($1::text[]::xid8[]) AND c.xid::xid = c.xmin"
);

/// What is forgotten of old transactions: nobody asks for one that lies so many behind.
///
/// It goes with whatever else the statement does: a transaction of its own would have no row.
pub(super) const KEPT: i64 = 10_000;

/// What was changed.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Tokens, by their `jti`.
    pub(super) jtis: Vec<Uuid>,
    /// Users whose pages are others now.
    pub(super) users: Vec<Uuid>,
}

/// What was changed between two moments; `None` when that is not known.
pub(super) struct Between<'a> {
    pub(super) from: &'a Moment,
    pub(super) to: &'a Moment,
}

impl Work for Between<'_> {
    type Output = Option<Changes>;

    async fn on(&self, connection: &mut PgConnection) -> Result<Option<Changes>, StoreError> {
        let Some(mut missing) = self.to.committed_since(self.from) else {
            return Ok(None);
        };
        let asked: Vec<String> = missing.iter().map(ToString::to_string).collect();
        let rows = sqlx::query(CHANGES)
            .bind(asked)
            .fetch_all(connection)
            .await?;
        let mut changes = Changes::default();
        // The moment is the same in each of them.
        let read_at = rows.first().map(|row| Moment::of(row, 0)).transpose()?;
        if !read_at.is_some_and(|read_at| read_at.is_of_session(self.to)) {
            return Ok(None);
        }
        for row in &rows {
            let Some(xid) = row.try_get::<Option<&str>, _>(1)? else {
                continue;
            };
            let xid: u64 = xid
                .parse()
                .map_err(|_| StoreError::Inconsistent(format!("{xid:?} is no transaction")))?;
            missing.retain(|transaction| *transaction != xid);
            changes.jtis.extend(row.try_get::<Vec<Uuid>, _>(2)?);
            changes.users.extend(row.try_get::<Vec<Uuid>, _>(3)?);
        }
        Ok(missing.is_empty().then_some(changes))
    }
}

/// Leaves the row of the transaction that this connection is in.
pub(super) async fn tell(
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
