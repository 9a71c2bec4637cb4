//! Reads by key: one statement for many tokens.

use std::sync::Arc;

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Executor, Row};
use uuid::Uuid;

use super::super::error::StoreError;
use super::coalesce::Batch;
use super::connections::{Connections, Work};

/// Rows by key: a statement whose one parameter is an array of UUIDs.
#[derive(Debug)]
pub(super) struct ByKeys {
    sql: &'static str,
    keys: Vec<Uuid>,
}

impl ByKeys {
    /// Builds the read. A key that several requests ask for is asked for once.
    pub(super) fn new(sql: &'static str, keys: impl Iterator<Item = Uuid>) -> Self {
        let mut keys: Vec<Uuid> = keys.collect();
        keys.sort_unstable();
        keys.dedup();
        Self { sql, keys }
    }
}

impl Work for ByKeys {
    type Output = Vec<PgRow>;

    async fn run_on(&self, connection: &mut PgConnection) -> Result<Vec<PgRow>, StoreError> {
        let query = sqlx::query(self.sql).bind(&self.keys);
        Ok(query.fetch_all(connection).await?)
    }
}

/// The read whether there is any token. Many requests, which ask whether the database answers, share one answer.
#[derive(Debug)]
pub(super) struct Presence(pub(super) Arc<Connections>);

impl Batch for Presence {
    type Question = ();
    type Answer = bool;

    async fn ask(&self, questions: &[()]) -> Result<Vec<bool>, StoreError> {
        let (any, is_synchronous) = self.0.read(&AnyToken).await?;
        self.0.primary.require_synchronous(is_synchronous)?;
        Ok(vec![any; questions.len()])
    }
}

/// Whether there is any token, and whether a write would be refused.
const STATE: &str = "SELECT EXISTS (SELECT 1 FROM tokens) AS any, current_setting('transaction_read_only') = 'on' AS read_only,
     current_setting('fsync') = 'off' AS unsynced, current_setting('synchronous_standby_names') <> '' AS synchronous";

#[derive(Debug)]
struct AnyToken;

impl Work for AnyToken {
    /// Whether there is any token, and whether commits wait for a standby.
    type Output = (bool, bool);

    async fn run_on(&self, connection: &mut PgConnection) -> Result<(bool, bool), StoreError> {
        let row = connection.fetch_one(STATE).await?;
        if row.try_get("read_only")? {
            return Err(StoreError::Unavailable("it takes no writes".to_owned()));
        }
        if row.try_get("unsynced")? {
            return Err(StoreError::Unavailable(
                "it runs with fsync=off and takes no revocations".to_owned(),
            ));
        }
        Ok((row.try_get("any")?, row.try_get("synchronous")?))
    }
}
